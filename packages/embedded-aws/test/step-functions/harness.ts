import { serveBy } from "../../src/gateway/json-answer.ts";
import { readFileSync } from "node:fs";
import { createStepFunctions, type StepFunctions } from "../../src/step-functions/index.ts";
import type { AwsResponse, InvokeResult } from "../../src/types.ts";
import { FakeClock, settle } from "../support/clock.ts";

export { settle };

export const MACHINE_ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:machine";
export const CANVAS_QUEUE = "https://sqs.us-east-1.amazonaws.com/000000000000/celeriac-local-canvas";

export const EXECUTION_ARN = MACHINE_ARN.replace("stateMachine", "execution");

/** A machine that ends at once. */
export const PASS = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
/** A machine that sends a message and waits for its token. */
export const TASK = {
  StartAt: "T",
  States: {
    T: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl: "q", MessageBody: { "token.$": "$$.Task.Token" } },
      TimeoutSeconds: 60,
      End: true,
    },
  },
};

/** A definition of the fixtures, its placeholders filled in. */
export function fixture(name: "chain" | "group" | "chord"): string {
  const text = readFileSync(new URL(`../fixtures/asl/${name}.asl.json`, import.meta.url), "utf8");
  return text.replaceAll("${CanvasQueueUrl}", CANVAS_QUEUE);
}

/** A message that a machine sent, its body parsed. */
export interface SentMessage {
  readonly queueUrl: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly token: string;
}

/** An event of a history, loosely. */
export type HistoryEvent = Readonly<Record<string, unknown>> & {
  readonly id: number;
  readonly type: string;
  readonly previousEventId: number;
};

/** What an API call came to. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Step Functions with a queue, functions and a clock that a test holds in its hands. */
export class TestStates {
  readonly clock = new FakeClock();
  readonly sent: SentMessage[] = [];
  readonly invoked: { readonly name: string; readonly payload: unknown }[] = [];
  readonly changes: Readonly<Record<string, unknown>>[] = [];
  /** Replaced by tests whose queue refuses or is slow. */
  send: (queueUrl: string, body: string) => Promise<{ messageId: string }> = async () => ({ messageId: "m1" });
  /** Replaced by tests whose function answers something. */
  invoke: (name: string, payload: string) => Promise<InvokeResult> = async (_name, payload) => ({
    payload,
    functionError: null,
    throttled: false,
    timedOut: false,
  });
  readonly states: StepFunctions;

  constructor() {
    this.states = createStepFunctions(
      {
        sendMessage: async (queueUrl, text) => {
          const body: unknown = JSON.parse(text);
          const fields: Record<string, unknown> = Object(body);
          this.sent.push({ queueUrl, body: fields, token: String(fields["token"]) });
          return this.send(queueUrl, text);
        },
        invoke: async (name, payload) => {
          this.invoked.push({ name, payload: JSON.parse(payload) });
          return this.invoke(name, payload);
        },
        onStatusChange: (detail) => {
          this.changes.push(detail);
        },
      },
      this.clock,
    );
  }

  deploy(definition: string | object, arn = MACHINE_ARN): void {
    const text = typeof definition === "string" ? definition : JSON.stringify(definition);
    this.states.createStateMachine({ name: arn.split(":").at(-1) ?? "", arn, definition: text });
  }

  async call(operation: string, body: object): Promise<ApiAnswer> {
    const response: AwsResponse = await serveBy(this.states, {
      service: "states",
      operation,
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
      input: { ...body },
      caller: null,
    });
    return { status: response.status, body: JSON.parse(String(response.body)) };
  }

  /** Starts an execution of the one machine and lets it run as far as it goes. */
  async start(input: unknown = {}, rest: object = {}): Promise<string> {
    const request = { stateMachineArn: MACHINE_ARN, input: JSON.stringify(input), ...rest };
    const { body } = await this.call("StartExecution", request);
    await settle();
    return String(body["executionArn"]);
  }

  /** Runs a machine of these states from the first one on; gives the execution's description. */
  async run(states: object, input: unknown = {}): Promise<Readonly<Record<string, unknown>>> {
    this.deploy({ StartAt: Object.keys(states)[0], States: states });
    return this.describe(await this.start(input));
  }

  async describe(executionArn: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.call("DescribeExecution", { executionArn })).body;
  }

  /** The whole history, page after page. */
  async history(executionArn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: unknown;
    do {
      const { body } = await this.call("GetExecutionHistory", { executionArn, maxResults: 1000, nextToken });
      const page: HistoryEvent[] = Object(body["events"]);
      events.push(...page);
      nextToken = body["nextToken"];
    } while (nextToken !== undefined);
    return events;
  }

  async types(executionArn: string): Promise<string[]> {
    return (await this.history(executionArn)).map((event) => event.type);
  }

  async succeed(token: string, output: unknown = {}): Promise<ApiAnswer> {
    const answer = await this.call("SendTaskSuccess", { taskToken: token, output: JSON.stringify(output) });
    await settle();
    return answer;
  }

  async fail(token: string, error = "Celeriac.Failed", cause = "because"): Promise<ApiAnswer> {
    const answer = await this.call("SendTaskFailure", { taskToken: token, error, cause });
    await settle();
    return answer;
  }

  /** The token of the message sent last. */
  get lastToken(): string {
    return this.sent.at(-1)?.token ?? "";
  }
}

/** A description's output, parsed. */
export function outputOf(description: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(String(description["output"]));
}
