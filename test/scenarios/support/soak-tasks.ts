import type { Node } from "../../../src/core/canvas/node.ts";
import { parseNode } from "../../../src/core/canvas/parse-node.ts";
import type { TaskNode } from "../../../src/core/canvas/signature.ts";
import { t as task } from "../../fixtures/canvases.ts";

/** A task of a soak, and what must come of it whatever goes wrong around it. */
export interface Sample {
  readonly node: TaskNode;
  readonly status: "SUCCESS" | "FAILURE" | "REVOKED";
  /** Its result; left out where it has none, or one that cannot be foreseen. */
  readonly result?: unknown;
  /** The type of its error. */
  readonly error?: string;
  readonly retries?: number;
  /** What its links, and the tasks that it starts, end with, one for each record. */
  readonly others?: readonly unknown[];
}

/** Seconds of the hard limit of every task: one whose environment is lost waits for that, and ten seconds more. */
const LIMIT = 5;

const t = (name: string, ...args: unknown[]): TaskNode => withOptions(task(name, ...args), {});
const withOptions = (node: TaskNode, options: TaskNode["options"]): TaskNode => ({
  ...node,
  options: { time_limit: LIMIT, ...options },
});

/** Larger than what a message and an item carry, so that it goes through S3. */
const LARGE = "x".repeat(6_000);

/**
 * Kinds of tasks, each with how many of a thousand are of it. Those that are killed or wait are few: they cost time,
 * not insight.
 */
const KINDS: readonly (readonly [weight: number, sample: (n: number, port: number) => Sample])[] = [
  [500, (n) => ({ node: t("math.add", n, 1), status: "SUCCESS", result: n + 1 })],
  [100, (_n, port) => ({ node: t("probe.effect", port), status: "SUCCESS" })],
  [60, (n) => ({ node: t("probe.identity", [n, LARGE]), status: "SUCCESS", result: [n, LARGE] })],
  [60, () => ({ node: t("probe.flaky", 2), status: "SUCCESS", result: 3, retries: 2 })],
  [40, () => ({ node: t("probe.retry_once"), status: "SUCCESS", result: 1, retries: 1 })],
  [
    30,
    () => ({
      node: withOptions(t("probe.flaky", 3), { max_retries: 1 }),
      status: "FAILURE",
      error: "ExpectedError",
      retries: 1,
    }),
  ],
  [
    60,
    (n) => ({
      node: withOptions(t("math.add", n, 1), {
        link: [t("math.add", 10), withOptions(t("probe.identity"), { link: [t("math.mul", 2)] })],
      }),
      status: "SUCCESS",
      result: n + 1,
      others: [n + 11, n + 1, 2 * (n + 1)],
    }),
  ],
  [
    40,
    () => ({
      node: withOptions(t("probe.fail"), {
        link_error: [{ ...t("probe.identity", "told"), immutable: true }],
        link: [t("probe.identity")],
      }),
      status: "FAILURE",
      error: "ExpectedError",
      others: ["told"],
    }),
  ],
  [30, (n) => ({ node: t("probe.start", t("math.add", n, 2)), status: "SUCCESS", others: [n + 2] })],
  [
    20,
    (n) => ({
      node: t("probe.start", { chain: [t("math.add", n, 2), t("math.mul", 2)] }),
      status: "SUCCESS",
      others: [n + 2, 2 * (n + 2)],
    }),
  ],
  [
    20,
    (n) => ({
      node: t("probe.replace_with", t("math.add", n, 3)),
      status: "SUCCESS",
      result: n + 3,
      others: [n + 3],
    }),
  ],
  [
    20,
    (n) => ({
      node: t("probe.replace_with", { chain: [t("math.add", n, 3), { group: [t("math.add", 1), t("math.add", 2)] }] }),
      status: "SUCCESS",
      result: [n + 4, n + 5],
      others: [n + 3, n + 4, n + 5],
    }),
  ],
  [
    5,
    () => ({
      node: withOptions(t("probe.spin", 60), { time_limit: 1 }),
      status: "FAILURE",
      error: "TimeLimitExceeded",
      retries: 0,
    }),
  ],
  [
    5,
    () => ({
      node: withOptions(t("probe.sleep", 60), { soft_time_limit: 0.5, time_limit: LIMIT }),
      status: "FAILURE",
      error: "SoftTimeLimitExceeded",
    }),
  ],
  [5, () => ({ node: t("probe.crash"), status: "FAILURE", error: "WorkerLost", retries: 0 })],
  [
    5,
    () => ({
      node: withOptions(t("math.add", 1, 1), { countdown: 4, expires: 2 }),
      status: "REVOKED",
      error: "Expired",
    }),
  ],
];

const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** `count` tasks of all kinds, mixed. @param port of the counter on which those have effects that have any. */
export function samples(count: number, port: number): Sample[] {
  // A step that shares no divisor with the total visits each kind as often as its weight says, and spreads it.
  return Array.from({ length: count }, (_, n) => kindAt((n * 617) % TOTAL)(n, port));
}

function kindAt(point: number): (n: number, port: number) => Sample {
  let end = 0;
  for (const [weight, sample] of KINDS) if (point < (end += weight)) return sample;
  throw new RangeError(`no kind at ${point} of ${TOTAL}`);
}

/** With its links, and what it replaces itself by. */
function limitTask(node: TaskNode): TaskNode {
  const { link, link_error: onError } = node.options;
  const args = node.task === "probe.replace_with" ? node.args.map((arg) => limitNode(arg)) : node.args;
  const links = { ...(link && { link: link.map(limitTask) }), ...(onError && { link_error: onError.map(limitTask) }) };
  return withOptions({ ...node, args }, { ...node.options, ...links });
}

function limitNode(value: unknown): unknown {
  const { node } = parseNode(value, []);
  return node === null ? value : limitTasks(node);
}

/** A canvas whose tasks have short limits, so that one whose environment is lost soon runs again. */
export function limitTasks(node: Node): Node {
  if ("task" in node) return limitTask(node);
  if ("chain" in node) return { chain: node.chain.map(limitTasks) };
  if ("group" in node) return { group: node.group.map(limitTasks) };
  return { chord: { header: node.chord.header.map(limitTasks), body: limitTasks(node.chord.body) } };
}
