import * as z from "zod";
import { type Step, generate } from "./generate.ts";
import { KNOWN, LENIENT } from "./known.ts";
import { createRandom } from "./random.ts";
import { type Outcome, embedded, remote } from "./services.ts";

/** What a comparison came to. */
export interface Comparison {
  readonly operations: number;
  /** Operations that both refuse. */
  readonly refused: number;
  /** How often each known difference was met. */
  readonly known: ReadonlyMap<string, number>;
  readonly found: readonly string[];
}

/** The two receipts of one message. */
interface Receipts {
  readonly queue: string;
  readonly body: string;
  readonly ours: string;
  readonly theirs: string;
}

const Messages = z.array(z.looseObject({ Body: z.string(), ReceiptHandle: z.string() })).default([]);

const Grouped = z.looseObject({ Attributes: z.looseObject({ MessageGroupId: z.string() }) });

const Counts = z.record(z.string(), z.string()).default({});

/**
 * Messages in a queue to which up to three more may be sent: a call can receive them all, so that both receive the
 * same.
 */
const FEW = 7;

/**
 * Differs from one implementation to the other without meaning anything, or is missing in LocalStack (the first two).
 */
const OWN = new Set([
  "SenderFault",
  "MD5OfMessageSystemAttributes",
  "MessageId",
  "ReceiptHandle",
  "SequenceNumber",
  "SenderId",
  "SentTimestamp",
  "QueueUrl",
  "RequestId",
]);
const OWN_ATTRIBUTES = /Timestamp$|^Policy$/;

/** Does the same on the embedded SQS and on the one at `url`. */
export async function differences(url: string, count: number, seed: number): Promise<Comparison> {
  const random = createRandom(seed);
  const ours = embedded(url);
  const theirs = remote(url);
  const known = new Map<string, number>();
  const found: string[] = [];
  const receipts: Receipts[] = [];
  let refused = 0;
  let operations = 0;

  const urlOf = (queue: string): string => `${url}/000000000000/${queue}`;

  /** The input for one side: the queue's URL, and receipts of that side. */
  function inputFor(step: Step, side: "ours" | "theirs"): object {
    const own = receipts.filter(({ queue }) => queue === step.queue);
    const receipt = (value: unknown): string => own[Number(value) % own.length]?.[side] ?? "nonsense";
    const resolve = ({ Receipt, ...more }: Readonly<Record<string, unknown>>): object =>
      Receipt === undefined ? more : { ...more, ReceiptHandle: receipt(Receipt) };
    const { Entries, ...more } = step.input;
    const takesUrl = !["CreateQueue", "GetQueueUrl", "ListQueues"].includes(step.operation);
    return {
      ...resolve(more),
      ...(takesUrl && { QueueUrl: urlOf(step.queue) }),
      ...(Array.isArray(Entries) && {
        Entries: Entries.map((entry) => resolve(z.record(z.string(), z.unknown()).parse(entry))),
      }),
    };
  }

  async function isFull(queue: string): Promise<boolean> {
    const input = { QueueUrl: urlOf(queue), AttributeNames: ["All"] };
    const { answer } = await ours.call("GetQueueAttributes", input);
    const counts = Counts.parse(answer["Attributes"]);
    const all = ["", "NotVisible", "Delayed"].map((name) => Number(counts[`ApproximateNumberOfMessages${name}`] ?? 0));
    return all.reduce((sum, each) => sum + each, 0) > FEW;
  }

  async function take(step: Step): Promise<void> {
    operations += 1;
    const a = await ours.call(step.operation, inputFor(step, "ours"));
    const lenient = LENIENT.find(({ is }) => is({ step, ours: a }))?.reason;
    if (lenient !== undefined) {
      known.set(lenient, (known.get(lenient) ?? 0) + 1);
      return;
    }
    const b = await theirs(step.operation, inputFor(step, "theirs"));
    if (a.code !== null && b.code !== null) refused += 1;
    if (step.operation === "ReceiveMessage") remember(step.queue, a, b);
    const [left, right] = [JSON.stringify(plain(a, step)), JSON.stringify(plain(b, step))];
    if (left === right) return;
    const reason = KNOWN.find(({ is }) => is({ step, ours: a, theirs: b }))?.reason;
    if (reason !== undefined) known.set(reason, (known.get(reason) ?? 0) + 1);
    else found.push(`${JSON.stringify(step)}\n  embedded: ${left} ${a.message}\n  other:    ${right} ${b.message}`);
  }

  /** Remembers the latest receipt of each message: LocalStack takes earlier ones as well. */
  function remember(queue: string, a: Outcome, b: Outcome): void {
    const others = Messages.parse(b.answer["Messages"]);
    for (const { Body, ReceiptHandle } of Messages.parse(a.answer["Messages"])) {
      const other = others.find((message) => message.Body === Body);
      if (other === undefined) continue;
      const earlier = receipts.findIndex((receipt) => receipt.body === Body);
      if (earlier >= 0) receipts.splice(earlier, 1);
      receipts.push({ queue, body: Body, ours: ReceiptHandle, theirs: other.ReceiptHandle });
    }
    if (receipts.length > 60) receipts.splice(0, 30);
  }

  while (operations < count) {
    const step = generate(random);
    if (step.operation.startsWith("SendMessage") && (await isFull(step.queue))) continue;
    await take(step);
  }
  ours.stop();
  return { operations, refused, known, found };
}

/** What an outcome says, without what each implementation makes up, and in one order. */
function plain({ code, answer }: Outcome, step: Step): unknown {
  if (code !== null) return { code: code.replace(/Exception$/, "") };
  return sorted(withoutOwn(answer), step);
}

function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  // Of a URL the name of the queue counts.
  if (typeof value === "string" && value.startsWith("http")) return value.split("/").at(-1);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !OWN.has(name) && !OWN_ATTRIBUTES.test(name))
    // What is empty is left out by the one, and by the other not.
    .filter(([, each]) => !(typeof each === "object" && each !== null && Object.keys(each).length === 0))
    // The text of an error is each one's own.
    .filter(([name]) => name !== "Message")
    .map(
      ([name, each]) =>
        [
          name,
          name === "RedrivePolicy"
            ? JSON.parse(String(each))
            : withoutOwn(name === "Code" ? String(each).replace(/Exception$/, "") : each),
        ] as const,
    );
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Standard queues have no order; of a FIFO queue the order within each group counts. */
function sorted(answer: unknown, step: Step): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const lists = Object.entries(answer).map(([name, value]) => {
    if (!Array.isArray(value)) return [name, value] as const;
    if (step.operation === "ReceiveMessage" && step.queue.endsWith(".fifo")) {
      const groups = Map.groupBy(value, (message) => Grouped.parse(message).Attributes.MessageGroupId);
      return [name, [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))] as const;
    }
    return [name, value.map((each) => JSON.stringify(each)).toSorted()] as const;
  });
  return Object.fromEntries(lists);
}
