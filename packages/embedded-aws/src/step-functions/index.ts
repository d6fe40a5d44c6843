import type { AwsService } from "../types.ts";
import { parseJson } from "../values.ts";
import { ApiError, errorAnswer, jsonAnswer } from "./api/errors.ts";
import { operations } from "./api/operations.ts";
import { statusChange } from "./api/views.ts";
import { type Clock, systemClock } from "../clock.ts";
import { Executions } from "./runtime/executions.ts";
import type { ServiceCalls } from "./runtime/services.ts";

export { DefinitionError } from "./language/fields.ts";

/** What state machines reach: the other services of the embedded AWS. */
export interface StepFunctionsOptions extends ServiceCalls {
  /** Hears the detail of each "Step Functions Execution Status Change" event. */
  readonly onStatusChange: (detail: Readonly<Record<string, unknown>>) => void;
}

/** The embedded Step Functions: standard workflows in the JSONPath subset that the project's definitions use. */
export interface StepFunctions {
  readonly service: AwsService;
  /**
   * Creates a machine, or replaces the one with this ARN; executions that run keep their definition. Throws a
   * DefinitionError, with the path of the field, for a definition that AWS would refuse or that isn't served.
   */
  createStateMachine(machine: { name: string; arn: string; definition: string }): void;
  /** The ARN of the machine whose task waits with a token; null where none does. */
  machineOf(token: string): string | null;
  /** Drops what runs, without a word: no timer, token or event is left. */
  stop(): void;
}

/** Creates the embedded Step Functions. `clock` is the machine's own unless a test brings another. */
export function createStepFunctions(options: StepFunctionsOptions, clock: Clock = systemClock): StepFunctions {
  const executions = new Executions(clock, options, (record) => {
    try {
      options.onStatusChange(statusChange(record));
    } catch (error) {
      console.error(`A listener failed on the status change of ${record.arn}:`, error);
    }
  });
  return {
    service: async ({ operation, body }) => {
      const run = operations.get(operation ?? "");
      if (run === undefined) {
        const known = [...operations.keys()].join(", ");
        const message = `The embedded Step Functions doesn't serve ${operation ?? "a call without X-Amz-Target"}; it serves ${known}.`;
        return errorAnswer(new ApiError("UnknownOperationException", message));
      }
      try {
        const request = parseJson(body.toString("utf8"));
        if (request === undefined) throw new ApiError("SerializationException", "The body isn't JSON.");
        return jsonAnswer(200, run(request, executions));
      } catch (error) {
        if (error instanceof ApiError) return errorAnswer(error);
        throw error;
      }
    },
    createStateMachine: (machine) => executions.deploy(machine),
    machineOf: (token) => {
      const found = executions.tokens.find(token);
      return found.kind === "waiting" ? found.task.thread.execution.machine.arn : null;
    },
    stop: () => executions.stop(),
  };
}
