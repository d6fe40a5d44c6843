import { spawnSync } from "node:child_process";
import {
  SoftTimeLimitExceeded,
  chain,
  chord,
  cron,
  defineTask,
  defineWorkflow,
  foreignTask,
  fromNode,
  group,
} from "celeriac";
import * as z from "zod";
import { requestInfo } from "./_request-info.ts";
import { add, mul, tsum, xsum } from "../../functions/tasks/math.ts";

/** What `probe.fail` throws: its class name is the error's type. */
export class ExpectedError extends Error {}

const anything = z.array(z.unknown());
const seconds = z.number().min(0).max(900);

/** Tasks that a worker of Celery runs. */
export const legacyAdd = foreignTask("legacy.tasks.add", {
  queue: "legacy",
  args: z.tuple([z.number(), z.number()]),
  result: z.number(),
});
export const legacyTotal = foreignTask("legacy.tasks.total", {
  queue: "legacy",
  args: z.tuple([z.array(z.number())]),
  result: z.number(),
});
export const legacyFail = foreignTask("legacy.tasks.fail", { queue: "legacy", args: z.array(z.unknown()) });

/** A task that clients of Celery know by a name that nothing in the stage's configuration says. */
export const aliased = defineTask("probe.aliased", {
  celery: ["old.place.double", "older.double"],
  parameters: ["x"],
  args: z.tuple([z.number()]),
  run: (_self, x) => 2 * x,
});

/** Its argument. */
export const identity = defineTask("probe.identity", {
  parameters: ["x"],
  args: z.tuple([z.unknown()]),
  run: (_self, x) => x,
});

/** A document whose key comes in two parts: what is read is only known when a task has run. */
export const joinKey = defineTask("probe.join_key", {
  parameters: ["document"],
  args: z.tuple([z.looseObject({ key: z.array(z.string()) })]),
  run: (_self, document) => ({ ...document, key: document.key.join("/") }),
});

/** What the task knows of its own call. */
export const requestInfoTask = defineTask("probe.request_info", {
  parameters: ["data"],
  args: z.tuple([z.unknown().optional()]),
  run: (self) => requestInfo(self.request),
});

/** The ids of its call and its argument. */
export const ids = defineTask("probe.ids", {
  parameters: ["i"],
  args: z.tuple([z.unknown()]),
  run: (self, i) => [self.request.rootId, self.request.parentId, i],
});

/** The result before it, and its own ids. */
export const collectIds = defineTask("probe.collect_ids", {
  parameters: ["result", "i"],
  args: z.tuple([z.unknown(), z.unknown()]),
  run: (self, result, i) => [result, [self.request.rootId, self.request.parentId, i]],
});

/** Fails with an error class of its own. */
export const fail = defineTask("probe.fail", {
  args: anything,
  run: () => {
    throw new ExpectedError("Task expected to fail");
  },
});

/** Fails with a plain error. */
export const raiseError = defineTask("probe.raise_error", {
  args: anything,
  run: () => {
    throw new Error("deliberate error");
  },
});

/** Its argument, and where it ran; not more than 20 times a second. */
export const limited = defineTask("probe.limited", {
  parameters: ["x"],
  args: z.tuple([z.unknown()]),
  rateLimit: "20/s",
  run: (self, x) => [x, self.request.hostname],
});

/** Waits; the soft limit ends the wait. */
export const sleep = defineTask("probe.sleep", {
  parameters: ["seconds"],
  args: z.tuple([seconds]),
  timeLimit: 880,
  run: async (self, duration) => {
    await self.sleep(duration);
    return duration;
  },
});

/** Burns the CPU without yielding: only the hard limit's kill ends it early. */
export const spin = defineTask("probe.spin", {
  parameters: ["seconds"],
  args: z.tuple([seconds]),
  timeLimit: 880,
  run: (_self, duration) => {
    const end = Date.now() + duration * 1000;
    while (Date.now() < end);
    return duration;
  },
});

/** Parses JSON without yielding, for so long. */
export const parse = defineTask("probe.parse", {
  parameters: ["seconds"],
  args: z.tuple([seconds]),
  timeLimit: 880,
  run: (_self, duration) => {
    const text = JSON.stringify(Array.from({ length: 100_000 }, (_, n) => n));
    const end = Date.now() + duration * 1000;
    while (Date.now() < end) JSON.parse(text);
    return duration;
  },
});

/** Ends its process in one of the ways in which processes end. */
export const die = defineTask("probe.die", {
  parameters: ["how"],
  args: z.tuple([z.enum(["exit", "throw", "segfault", "memory"])]),
  timeLimit: 60,
  run: async (self, how) => {
    if (how === "exit") process.exit(0);
    if (how === "segfault") process.kill(process.pid, "SIGSEGV");
    if (how === "throw")
      setImmediate(() => {
        throw new ExpectedError("nobody catches this");
      });
    const buffers: Buffer[] = [];
    // Outside V8's heap, which its own cap would bound: only who watches the process sees it.
    for (let left = 1_000; left > 0; left -= 1) {
      if (how === "memory") buffers.push(Buffer.alloc(16_000_000, 1));
      await self.sleep(0.02);
    }
  },
});

/** Waits for a process of its own, and can do nothing meanwhile. */
export const command = defineTask("probe.command", {
  parameters: ["seconds"],
  args: z.tuple([seconds]),
  timeLimit: 880,
  run: (_self, duration) => {
    spawnSync(process.execPath, ["--eval", `setTimeout(() => {}, ${duration * 1000})`]);
    return duration;
  },
});

/** Waits, and asks to be retried at once, without end. */
export const retryForever = defineTask("probe.retry_forever", {
  parameters: ["pause"],
  args: z.tuple([seconds]),
  maxRetries: null,
  run: async (self, pause) => {
    await self.sleep(pause);
    self.retry({ countdown: 0 });
  },
});

/** A sum after a pause, or 0 when the soft limit came first. */
export const delayedSumWithSoftGuard = defineTask("probe.delayed_sum_with_soft_guard", {
  parameters: ["list", "pause"],
  args: z.tuple([z.array(z.number()), seconds]),
  run: async (self, numbers, pause) => {
    try {
      await self.sleep(pause);
      return numbers.reduce((sum, number) => sum + number, 0);
    } catch (error) {
      if (error instanceof SoftTimeLimitExceeded) return 0;
      throw error;
    }
  },
});

/** Retries once, at once. */
export const retryOnce = defineTask("probe.retry_once", {
  args: z.tuple([]),
  run: (self) => {
    if (self.request.retries === 0) self.retry({ countdown: 0 });
    return 1;
  },
});

/** Retries once, in this many seconds, then returns 1. */
export const retryIn = defineTask("probe.retry_in", {
  parameters: ["countdown"],
  args: z.tuple([z.number().min(0)]),
  run: (self, countdown) => {
    if (self.request.retries === 0) self.retry({ countdown });
    return 1;
  },
});

/** Fails this many attempts; then the attempt's number, from 1. */
export const flaky = defineTask("probe.flaky", {
  parameters: ["failures"],
  args: z.tuple([z.number().int().min(0)]),
  maxRetries: null,
  run: (self, failures) => {
    const attempt = self.request.retries + 1;
    if (attempt <= failures)
      self.retry({ countdown: 0, cause: new ExpectedError(`attempt ${attempt} of ${failures} fails`) });
    return attempt;
  },
});

/** A string of this many characters. */
export const blob = defineTask("probe.blob", {
  parameters: ["bytes"],
  args: z.tuple([z.number().int().min(0).max(16_000_000)]),
  run: (_self, length) => "x".repeat(length),
});

/** The same after a while. */
export const slowBlob = defineTask("probe.slow_blob", {
  parameters: ["seconds", "bytes"],
  args: z.tuple([seconds, z.number().int().min(0).max(16_000_000)]),
  run: async (self, duration, length) => {
    await self.sleep(duration);
    return "x".repeat(length);
  },
});

/** The length of a string or a list. */
export const size = defineTask("probe.size", {
  parameters: ["x"],
  args: z.tuple([z.union([z.string(), z.array(z.unknown())])]),
  run: (_self, x) => x.length,
});

/** Reports progress at each step. */
export const progress = defineTask("probe.progress", {
  parameters: ["steps", "pause"],
  args: z.tuple([z.number().int().min(0).max(10_000), seconds]),
  run: async (self, steps, pause) => {
    for (let step = 1; step <= steps; step += 1) {
      await self.progress(step, steps, `step ${step} of ${steps}`);
      await self.sleep(pause);
    }
    return steps;
  },
});

/** Goes through states of its own. */
export const updateState = defineTask("probe.update_state", {
  parameters: ["states", "pause"],
  args: z.tuple([z.array(z.string()), seconds]),
  run: async (self, states, pause) => {
    for (const [index, state] of states.entries()) {
      await self.updateState(state, { current: index + 1, total: states.length });
      await self.sleep(pause);
    }
    return states.length;
  },
});

/**
 * Starts a task, once, though it asks for that twice at a time: each time that it is done leaves a child. It waits
 * before and after that, and may not end well at first.
 */
export const once = defineTask("probe.once", {
  args: z.tuple([seconds, seconds, z.enum(["return", "retry", "throw"])]),
  run: async (self, before, after, at_first) => {
    const fate = self.request.retries === 0 ? at_first : "return";
    const effect = () =>
      self.once("effect", async ({ key }) => {
        const { taskId } = await identity.delay([key, crypto.randomUUID()]);
        if (fate === "throw") self.retry({ countdown: 0 });
        return taskId;
      });
    await self.sleep(before);
    const [id, same] = await Promise.all([effect(), effect()]);
    await self.sleep(after);
    if (fate === "retry") self.retry({ countdown: 0 });
    return [id, same, await effect()];
  },
});

/**
 * Has a counter on this machine count it, once, and gives the effect's key: what tasks do outside can so be held
 * against their records.
 */
export const effect = defineTask("probe.effect", {
  parameters: ["port"],
  args: z.tuple([z.number().int().min(1024).max(65_535)]),
  run: (self, port) =>
    self.once("count", async ({ key }) => {
      const body = JSON.stringify({ task: self.request.id, key });
      const { ok, status } = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, signal: self.signal });
      if (!ok) throw new Error(`The counter answered ${status}.`);
      return key;
    }),
});

/** Makes a string of this many characters once, retries, and gives the length of what it finds then. */
export const onceLarge = defineTask("probe.once_large", {
  args: z.tuple([z.number().int().min(0).max(4_000_000)]),
  run: async (self, length) => {
    const attempt = String(self.request.retries);
    const made = await self.once("made", () => attempt.repeat(length));
    if (self.request.retries === 0) self.retry({ countdown: 0 });
    return [made.length, made.slice(0, 1)];
  },
});

/** Runs by itself, so seldom that no test meets it. */
export const leapDay = defineTask("probe.leap_day", {
  parameters: ["x"],
  args: z.tuple([z.number()]),
  schedule: cron("30 3 29 feb *", { timezone: "Asia/Seoul", args: [1] }),
  run: (_self, x) => x,
});

/** Ends its process without a word. */
export const crash = defineTask("probe.crash", {
  args: z.tuple([]),
  run: () => {
    process.exit(1);
  },
});

/** Replaces itself by a node, given last as JSON; an argument before it, or a result, goes before the node's. */
export const replaceWith = defineTask("probe.replace_with", {
  args: z.union([z.tuple([z.unknown()]), z.tuple([z.unknown(), z.unknown()])]),
  run: (self, ...args) => {
    const node = fromNode(args.at(-1));
    return args.length === 1 ? self.replace(node) : self.replace(chain(identity.s(args[0]), node));
  },
});

/** Replaces itself by a group that adds a value to each number of a list. */
export const addToAll = defineTask("probe.add_to_all", {
  args: z.tuple([z.array(z.union([z.number(), z.array(z.unknown())])), z.union([z.number(), z.array(z.unknown())])]),
  run: (self, list, value) =>
    self.replace(group(list.map((item) => fromNode({ task: add.name, args: [item, value] })))),
});

/** Starts a node, given as JSON, and returns the id of its result. */
export const start = defineTask("probe.start", {
  parameters: ["node"],
  args: z.tuple([z.unknown()]),
  run: async (_self, node) => (await fromNode(node).delay()).taskId,
});

/** Starts this many tasks, a hundred at once. */
export const startMany = defineTask("probe.start_many", {
  parameters: ["count"],
  args: z.tuple([z.number().int().min(0).max(100_000)]),
  timeLimit: 880,
  run: async (_self, count) => {
    for (let n = 0; n < count; n += 100)
      await Promise.all(Array.from({ length: Math.min(100, count - n) }, (_, index) => identity.delay(n + index)));
    return count;
  },
});

/**
 * A workflow with a state of every kind: steps, a branch of two, a branch that is a chord, and one state for many
 * members.
 */
export const fanOut = defineWorkflow(
  "probe-fan-out",
  chain(
    identity,
    group(chain(add.s(1), mul.s(2)), chord([mul.s(1), mul.s(2)], xsum)),
    xsum,
    group(Array.from({ length: 50 }, (_, n) => mul.s(n))),
    tsum,
  ),
);
