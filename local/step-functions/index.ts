import type { AwsService, Invoke } from "../types.ts";

export interface StepFunctionsOptions {
  readonly sendMessage: (queueUrl: string, body: string) => Promise<{ messageId: string }>;
  readonly invoke: Invoke;
  readonly onStatusChange: (detail: Readonly<Record<string, unknown>>) => void;
}

export interface StepFunctions {
  readonly service: AwsService;
  createStateMachine(machine: { name: string; arn: string; definition: string }): void;
  stop(): void;
}

/** PLACEHOLDER until the other helper's module lands. */
export function createStepFunctions(_options: StepFunctionsOptions): StepFunctions {
  return {
    service: async () => ({ status: 501, headers: {}, body: "" }),
    createStateMachine: () => {},
    stop: () => {},
  };
}
