import { randomUUID } from "node:crypto";
import { failure, type Failure } from "../language/failure.ts";
import { DefinitionError } from "../language/fields.ts";
import type { Json } from "../language/json.ts";
import type { Machine } from "../language/machine.ts";
import { parseMachine } from "../language/parse-machine.ts";
import { Archive } from "./archive.ts";
import type { Clock } from "../../clock.ts";
import type { EventRow } from "./history.ts";
import { createInterpreter, type Interpreter } from "./interpreter.ts";
import { type ExecutionRecord, recordOf } from "./record.ts";
import { RunQueue } from "./run-queue.ts";
import type { ServiceCalls } from "./services.ts";
import type { TaskRun } from "./tasks.ts";
import { roleArn } from "./scope.ts";
import { cancelThread, type DeployedMachine, Execution } from "./thread.ts";
import { Tokens } from "./tokens.ts";

/** State machines and their executions: everything behind the API. */
export class Executions {
  readonly tokens = new Tokens<TaskRun>();
  readonly #clock: Clock;
  readonly #onStatusChange: (record: ExecutionRecord) => void;
  readonly #queue = new RunQueue();
  readonly #interpreter: Interpreter;
  readonly #machines = new Map<string, DeployedMachine>();
  readonly #running = new Map<string, Execution>();
  readonly #archive = new Archive();
  #started = 0;

  constructor(clock: Clock, calls: ServiceCalls, onStatusChange: (record: ExecutionRecord) => void) {
    this.#clock = clock;
    this.#onStatusChange = onStatusChange;
    this.#interpreter = createInterpreter(clock, this.#queue, calls, this.tokens, (execution) =>
      this.#ended(execution),
    );
  }

  get tasks(): Interpreter["tasks"] {
    return this.#interpreter.tasks;
  }

  /** Creates a machine or replaces the one of the same ARN; what runs goes on with the definition it began with. */
  deploy({ name, arn, definition }: { name: string; arn: string; definition: string }): void {
    const createdAt = this.#machines.get(arn)?.createdAt ?? this.#clock.now();
    this.#machines.set(arn, { name, arn, definition, machine: parseNamed(name, definition), createdAt });
  }

  machine(arn: string): DeployedMachine | undefined {
    return this.#machines.get(arn);
  }

  machines(): readonly DeployedMachine[] {
    return [...this.#machines.values()].toSorted((left, right) => left.name.localeCompare(right.name));
  }

  /** Starts an execution; its first state comes a moment later. The name must be free. */
  start(machine: DeployedMachine, name: string | null, inputText: string, input: Json): ExecutionRecord {
    const now = this.#clock.now();
    this.#started += 1;
    const chosen = name ?? randomUUID();
    const arn = executionArn(machine.arn, chosen);
    const execution = new Execution(this.#started, arn, chosen, machine, inputText, input, now);
    const started = { input, roleArn: roleArn(machine.arn, machine.name) };
    execution.history.append(now, "ExecutionStarted", 0, started);
    this.#running.set(execution.arn, execution);
    const { timeoutSeconds } = machine.machine;
    if (timeoutSeconds !== null) {
      execution.cancelTimeout = this.#clock.after(timeoutSeconds * 1000, () => {
        this.#interpreter.stop(execution, "TIMED_OUT", failure(null, null));
      });
    }
    const record = recordOf(execution);
    this.#onStatusChange(record);
    this.#interpreter.start(execution);
    return record;
  }

  /** Ends an execution if it still runs. */
  abort(arn: string, reason: Failure): void {
    const execution = this.#running.get(arn);
    if (execution !== undefined) this.#interpreter.stop(execution, "ABORTED", reason);
  }

  find(arn: string): ExecutionRecord | undefined {
    const running = this.#running.get(arn);
    return running === undefined ? this.#archive.get(arn) : recordOf(running);
  }

  /** Whether the ARN is taken by an execution, be it one that is over and forgotten. */
  isTaken(arn: string): boolean {
    return this.#running.has(arn) || this.#archive.hasSeen(arn);
  }

  /** The events so far; undefined for an execution that isn't known. */
  rows(arn: string): readonly EventRow[] | undefined {
    const running = this.#running.get(arn);
    if (running !== undefined) return running.history.rows;
    const finished = this.#archive.get(arn);
    return finished === undefined ? undefined : this.#archive.rows(finished);
  }

  /** A machine's executions below a serial number, the latest first, at most `limit`. */
  list(machineArn: string, status: string | null, below: number, limit: number): readonly ExecutionRecord[] {
    const found: (Execution | ExecutionRecord)[] = [];
    for (const execution of this.#running.values()) {
      if (execution.machine.arn === machineArn && execution.serial < below) found.push(execution);
    }
    for (const finished of this.#archive.values()) {
      if (finished.machineArn === machineArn && finished.serial < below) found.push(finished);
    }
    return found
      .filter((execution) => status === null || execution.status === status)
      .toSorted((left, right) => right.serial - left.serial)
      .slice(0, limit)
      .map((execution) => ("root" in execution ? recordOf(execution) : execution));
  }

  /** Drops everything that runs, silently: timers, tokens, jobs. */
  stop(): void {
    this.#queue.stop();
    for (const execution of this.#running.values()) {
      execution.cancelTimeout?.();
      cancelThread(execution.root);
    }
    this.#running.clear();
  }

  #ended(execution: Execution): void {
    this.#running.delete(execution.arn);
    this.#archive.add(execution);
    this.#onStatusChange(recordOf(execution));
  }
}

function parseNamed(name: string, definition: string): Machine {
  try {
    return parseMachine(definition);
  } catch (error) {
    if (error instanceof DefinitionError) throw new DefinitionError(error.path, error.fault, name);
    throw error;
  }
}

/** The ARN of an execution of a machine. */
export function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}
