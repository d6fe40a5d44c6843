import { randomUUID } from "node:crypto";
import { failure, type Failure } from "../language/failure.ts";
import { DefinitionError } from "../language/fields.ts";
import type { Json } from "../language/json.ts";
import type { Machine } from "../language/machine.ts";
import { parseMachine } from "../language/parse-machine.ts";
import { RUNTIME_ERROR } from "../language/retry.ts";
import { messageOf } from "../../values.ts";
import type { Clock } from "../../clock.ts";
import type { Storage } from "../../storage/storage.ts";
import { FinishedExecutions } from "./finished-executions.ts";
import type { EventRow } from "./history.ts";
import { createInterpreter, type Interpreter } from "./interpreter.ts";
import { type Journal, NO_JOURNAL, StoredJournal } from "./journal.ts";
import { readExecutions, type UnfinishedExecution } from "./read-executions.ts";
import { type ExecutionRecord, recordOf } from "./record.ts";
import { resume } from "./resume.ts";
import { RunQueue } from "./run-queue.ts";
import { roleArn } from "./scope.ts";
import type { ServiceCalls } from "./services.ts";
import type { TaskRun } from "./task-states.ts";
import { cancelThread, type DeployedMachine, Execution } from "./thread.ts";
import { Tokens } from "./tokens.ts";

/** What executions work with. */
export interface ExecutionsOptions {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly calls: ServiceCalls;
  readonly onStatusChange: (record: ExecutionRecord) => void;
}

/** State machines and their executions: everything behind the API. */
export class Executions {
  readonly tokens: Tokens<TaskRun>;
  readonly #clock: Clock;
  readonly #onStatusChange: (record: ExecutionRecord) => void;
  readonly #journal: Journal;
  readonly #queue: RunQueue;
  readonly #interpreter: Interpreter;
  readonly #machines = new Map<string, DeployedMachine>();
  readonly #running = new Map<string, Execution>();
  readonly #finished: FinishedExecutions;
  #started = 0;

  /** What an earlier run left unfinished waits for `resume`. */
  constructor({ clock, storage, calls, onStatusChange }: ExecutionsOptions) {
    this.#clock = clock;
    this.#onStatusChange = onStatusChange;
    this.#journal = storage.durable === false ? NO_JOURNAL : new StoredJournal(storage);
    this.#queue = new RunQueue(() => this.#journal.flush());
    this.#finished = new FinishedExecutions(storage, clock);
    this.tokens = new Tokens<TaskRun>(storage);
    this.#interpreter = createInterpreter({
      clock,
      queue: this.#queue,
      journal: this.#journal,
      calls,
      tokens: this.tokens,
      onEnd: (execution) => this.#ended(execution),
    });
    for (const { serial } of this.#finished.values()) this.#started = Math.max(this.#started, serial);
    for (const unfinished of readExecutions(storage)) this.#adopt(unfinished);
  }

  get tasks(): Interpreter["tasks"] {
    return this.#interpreter.tasks;
  }

  /** Goes on with what an earlier run left unfinished. Call it when what the machines call is there. */
  resume(): void {
    this.#queue.release();
  }

  /** Writes what has happened since the last time, before it is told. */
  flush(): void {
    this.#journal.flush();
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
    const startedAt = this.#clock.now();
    this.#started += 1;
    const chosen = name ?? randomUUID();
    const arn = executionArn(machine.arn, chosen);
    const execution = new Execution({ serial: this.#started, arn, name: chosen, machine, inputText, input, startedAt });
    const started = { input, roleArn: roleArn(machine.arn, machine.name) };
    execution.history.append(startedAt, "ExecutionStarted", 0, started);
    this.#running.set(arn, execution);
    this.#journal.started(execution);
    const record = recordOf(execution);
    this.#onStatusChange(record);
    this.#interpreter.limit(execution);
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
    return running === undefined ? this.#finished.get(arn) : recordOf(running);
  }

  /** Whether the ARN is taken by an execution, even of one that is over and forgotten. */
  isTaken(arn: string): boolean {
    return this.#running.has(arn) || this.#finished.hasSeen(arn);
  }

  /** The events so far; undefined for an execution that is not known. */
  rows(arn: string): readonly EventRow[] | undefined {
    const running = this.#running.get(arn);
    if (running !== undefined) return running.history.rows;
    const finished = this.#finished.get(arn);
    return finished === undefined ? undefined : this.#finished.rows(finished);
  }

  /** A machine's executions below a serial number, the latest first, at most `limit`. */
  list(machineArn: string, status: string | null, below: number, limit: number): readonly ExecutionRecord[] {
    const found: (Execution | ExecutionRecord)[] = [];
    for (const execution of this.#running.values()) {
      if (execution.machine.arn === machineArn && execution.serial < below) found.push(execution);
    }
    for (const finished of this.#finished.values()) {
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
    this.#journal.ended(execution);
    this.#finished.add(execution);
    this.#onStatusChange(recordOf(execution));
  }

  #adopt({ execution, threads, written }: UnfinishedExecution): void {
    this.#queue.hold();
    this.#started = Math.max(this.#started, execution.serial);
    this.#running.set(execution.arn, execution);
    this.#journal.adopted(execution, written);
    try {
      resume(this.#interpreter, execution, threads);
    } catch (error) {
      console.error(`${execution.arn} can not go on:`, error);
      this.#interpreter.stop(execution, "ABORTED", failure(RUNTIME_ERROR, messageOf(error)));
    }
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
