import { systemClock, type Clock } from "../clock.ts";
import { type JsonService, ServiceError } from "../json-service.ts";
import { createVolatileStorage, type Storage } from "../storage/storage.ts";
import { operations } from "./api/operations.ts";
import { statusChange } from "./api/views.ts";
import { Executions } from "./runtime/executions.ts";
import type { ServiceCalls } from "./runtime/services.ts";

export { DefinitionError } from "./language/fields.ts";

/** What state machines reach, the other services of the embedded AWS, and where executions are kept. */
export interface StepFunctionsOptions extends ServiceCalls {
  /** Hears the detail of each "Step Functions Execution Status Change" event. */
  readonly onStatusChange: (detail: Readonly<Record<string, unknown>>) => void;
  /** Where executions outlive the run, in collections `states/...`. Default: nowhere. */
  readonly storage?: Storage | undefined;
}

/** The embedded Step Functions: standard workflows in the JSONPath subset that the project's definitions use. */
export interface StepFunctions extends JsonService {
  /**
   * Creates a machine, or replaces the one with this ARN; executions that run keep their definition. Throws a
   * DefinitionError, with the path of the field, for a definition that AWS would refuse or that is not served.
   */
  createStateMachine(machine: { name: string; arn: string; definition: string }): void;
  /**
   * Goes on with the executions of an earlier run. Until then they wait, and take answers to their tokens: call it when
   * the queues, functions and roles are there that their states need. Harmless a second time.
   */
  resume(): void;
  /** The ARN of the machine whose task waits with a token; null where none does. */
  machineOf(token: string): string | null;
  /** Drops what runs, without a word: no timer, token or event is left, but what the storage has. */
  stop(): void;
}

/** Creates the embedded Step Functions. `clock` is the machine's own unless a test brings another. */
export function createStepFunctions(options: StepFunctionsOptions, clock: Clock = systemClock): StepFunctions {
  const storage = options.storage ?? createVolatileStorage();
  const executions = new Executions({
    clock,
    storage,
    calls: options,
    onStatusChange: (record) => {
      try {
        options.onStatusChange(statusChange(record));
      } catch (error) {
        console.error(`A listener failed on the status change of ${record.arn}:`, error);
      }
    },
  });
  return {
    ...createJsonService(executions),
    createStateMachine: (machine) => executions.deploy(machine),
    resume: () => executions.resume(),
    machineOf: (token) => {
      const found = executions.tokens.find(token);
      return found.kind === "waiting" ? found.task.thread.execution.machine.arn : null;
    },
    stop: () => executions.stop(),
  };
}

function createJsonService(executions: Executions): JsonService {
  return {
    namespace: "",
    execute: (operation, input) => {
      const run = operations.get(operation);
      if (run === undefined) {
        const asked = operation === "" ? "a call without X-Amz-Target" : operation;
        const known = [...operations.keys()].join(", ");
        const message = `The embedded Step Functions doesn't serve ${asked}; it serves ${known}.`;
        throw new ServiceError("UnknownOperationException", message);
      }
      try {
        return run(input, executions);
      } finally {
        executions.flush();
      }
    },
  };
}
