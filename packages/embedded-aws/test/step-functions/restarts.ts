import { serveBy } from "../../src/gateway/json-answer.ts";
import { createStepFunctions, type StepFunctions } from "../../src/step-functions/index.ts";
import { isRecord, parseJson } from "../../src/values.ts";
import { FakeClock } from "../support/clock.ts";
import { KillableStorage } from "../support/storage.ts";
import { MACHINE_ARN } from "./harness.ts";

/** A message of a machine that waits for its token. */
export interface Message {
  readonly state: string;
  readonly item: string;
  readonly attempt: number;
  readonly failures: number;
  readonly token: string;
}

/** Step Functions with a queue in the same storage, in processes that a test kills. */
export class Lives {
  readonly clock = new FakeClock();
  /** What was sent in any life, by state, item and attempt. */
  readonly sent: string[] = [];
  /** Refusals of an answer that no task waits for, by the error's name. */
  readonly refusals = new Set<unknown>();
  /** The queue takes a message, and its answer does not come. */
  isSlow = false;
  storage: KillableStorage;
  states: StepFunctions;
  /** Messages by id. */
  queue: Map<string, Message>;
  readonly #definition: object;
  #nextMessage = 0;

  constructor(definition: object, delay?: () => number) {
    this.#definition = definition;
    this.storage = new KillableStorage(delay);
    this.queue = new Map();
    this.states = this.#live();
  }

  /** Ends the process at once, and starts the next one; it goes on with what is there unless told not to. */
  restart({ resume = true } = {}): void {
    this.storage = this.storage.kill();
    this.states.stop();
    const messages = [...this.storage.collection("test/messages").entries()];
    this.queue = new Map(messages.map(([id, text]) => [id, messageOf(String(text))]));
    this.states = this.#live();
    if (resume) this.states.resume();
  }

  /** The messages that are there now, with their ids. */
  get messages(): readonly (readonly [string, Message])[] {
    return [...this.queue];
  }

  async call(operation: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const { states, storage } = this;
    const request = { service: "states", operation, method: "POST", path: "/", query: new URLSearchParams() };
    const bytes = Buffer.from(JSON.stringify(body));
    const answer = await serveBy(states, { ...request, headers: {}, body: bytes, input: { ...body }, caller: null });
    await storage.written();
    if (storage !== this.storage) throw new Error("The process was killed before it answered.");
    const parsed = parseJson(String(answer.body));
    return isRecord(parsed) ? parsed : {};
  }

  /** Answers a message as its worker does: by the failures that it is to have. It goes when the answer is written. */
  async work(id: string, message: Message): Promise<void> {
    const { state, item, token, failures, attempt } = message;
    const answer =
      attempt < failures
        ? await this.call("SendTaskFailure", { taskToken: token, error: "Flaky", cause: `${state} ${item}` })
        : await this.call("SendTaskSuccess", { taskToken: token, output: JSON.stringify(`${state} ${item}`) });
    if ("__type" in answer) this.refusals.add(answer["__type"]);
    this.queue.delete(id);
    this.storage.collection("test/messages").remove(id);
  }

  #live(): StepFunctions {
    const { storage } = this;
    const messages = storage.collection("test/messages");
    const states = createStepFunctions(
      {
        storage,
        sendMessage: async (_queueUrl, text) => {
          this.#nextMessage += 1;
          const id = `m${this.#nextMessage}`;
          const message = messageOf(text);
          this.sent.push(`${message.state} ${message.item} ${message.attempt}`);
          messages.put(id, text);
          this.queue.set(id, message);
          return this.isSlow ? new Promise<never>(() => {}) : { messageId: id };
        },
        invoke: async (_name, payload) => ({ payload, functionError: null, throttled: false, timedOut: false }),
        onStatusChange: () => {},
      },
      this.clock,
    );
    const definition = JSON.stringify(this.#definition);
    states.createStateMachine({ name: "machine", arn: MACHINE_ARN, definition });
    return states;
  }
}

function messageOf(text: string): Message {
  const message: Message = JSON.parse(text);
  return message;
}
