import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { type PlannedTask, createPlan } from "../core/canvas/plan.ts";
import { CodeTaskNodeSchema } from "../core/canvas/task-schema.ts";
import { readCanvas } from "../core/define/check.ts";
import type { Fault } from "../core/faults.ts";
import { logLine } from "../log.ts";
import { submitCanvas } from "../submit/canvas.ts";
import { TaskIdTaken, submitTask } from "../submit/task.ts";
import type { Bridge, Origin } from "./bridge.ts";
import { createBackend } from "./backend.ts";
import { type BridgeConfig, lookUp, ownName } from "./config.ts";
import { keepContinuation } from "./continuation.ts";
import { endUnrun } from "./end.ts";
import { sendForeign } from "./outgoing.ts";
import { storedException } from "./result.ts";
import { type Signature, shapeOf } from "./signature.ts";
import { isOwn, lastTask, ownId, translate } from "./translate.ts";

/** The bridge of a stage. */
export function createBridge(services: Services, config: BridgeConfig): Bridge {
  const backend = createBackend(config.table, config.expires, services.now);
  const bridge: Bridge = {
    services,
    config,
    backend,
    run: (sequence, origin) => runSequence(bridge, sequence, origin),
  };
  return bridge;
}

async function runSequence(bridge: Bridge, sequence: readonly Signature[], origin: Origin): Promise<void> {
  const [first, ...rest] = sequence;
  if (first === undefined) return;
  const naming = namingOf(bridge);
  const firstForeign = sequence.findIndex((signature) => !isOwn(signature, naming));
  const own = firstForeign < 0 ? sequence.length : firstForeign;
  if (own > 0) return submitOwn(bridge, sequence.slice(0, own), sequence.slice(own), origin);
  const shape = shapeOf(first);
  if (shape.kind === "chain") return runSequence(bridge, [...shape.parts, ...rest], origin);
  if (shape.kind === "group") {
    for (const part of shape.parts) await runSequence(bridge, [part, ...rest], origin);
    return;
  }
  if (shape.kind === "chord") return startChord(bridge, { ...shape, id: first.options.group_id ?? null }, rest, origin);
  return startForeign(bridge, first, rest, origin);
}

function namingOf({ services, config }: Bridge) {
  const { registry } = services;
  const own = {
    has: (name: string) => registry.find(name) !== null,
    aliasOf: (name: string) => registry.aliasOf(name),
  };
  return { nameOf: (task: string) => ownName(config, own, task), trackStarted: config.trackStarted };
}

async function submitOwn(
  bridge: Bridge,
  own: readonly Signature[],
  rest: readonly Signature[],
  origin: Origin,
): Promise<void> {
  const { services } = bridge;
  const { node, continuations } = translate(own, rest, namingOf(bridge));
  const read = readCanvas(node, [], services.registry, CodeTaskNodeSchema);
  if (read.node === null) return refuse(bridge, [...own, ...rest], read.faults, origin);
  for (const [id, continuation] of continuations) await keepContinuation(services, id, continuation);
  const root = ownId(origin.root);
  const seed = own[0]?.options.task_id ?? origin.root;
  let ids = 0;
  const plan = createPlan(read.node, () => derivedId("celery", seed, String((ids += 1))));
  const context = { root, correlation: root, origin: "celery", now: origin.created };
  const [only] = plan.tasks;
  try {
    if (plan.canvases.length > 0 || only === undefined) return await submitCanvas(services, plan, context);
    await submitTask(services, inGroup(only, origin), context);
  } catch (error) {
    if (!(error instanceof TaskIdTaken)) throw error;
    // Celery's own worker runs a second task under the id of a first, and the later result wins. Here the first stays.
    logLine("WARN", "a Celery client sent another task under the same id; it was dropped", { task_id: seed });
  }
}

/** A member of a header or group that a client sent by itself knows its place. */
function inGroup(task: PlannedTask, { group = null }: Origin): PlannedTask {
  return group === null ? task : { ...task, group: ownId(group.id), groupIndex: group.index };
}

/** What the bridge refuses has failed, with all that waits for it, as a task with wrong arguments fails in Celery. */
async function refuse(
  bridge: Bridge,
  sequence: readonly Signature[],
  faults: readonly Fault[],
  { created }: Origin,
): Promise<void> {
  const message = faults.map((fault) => `${fault.path} ${fault.message}`).join("; ");
  await endUnrun(bridge, sequence, { exception: storedException("InvalidArguments", message), at: created });
}

async function startForeign(
  bridge: Bridge,
  signature: Signature,
  rest: readonly Signature[],
  { root, created }: Origin,
): Promise<void> {
  const { config } = bridge;
  const queue = lookUp(config.routes, signature.task)?.value ?? null;
  if (queue === null) {
    const exception = { ...storedException("NotRegistered", ""), exc_message: [signature.task] };
    return endUnrun(bridge, [signature, ...rest], { exception, at: created });
  }
  const id = signature.options.task_id ?? derivedId("celery", root, signature.task, String(created));
  await sendForeign(config.queueUrlPrefix, { signature, id, queue, chain: rest, root });
}

/**
 * Starts a chord of which something runs elsewhere: each part of its header by itself, and what is counted by Celery's
 * own item, so that whoever ends the last part starts the body.
 */
async function startChord(
  bridge: Bridge,
  { header, body, id }: { readonly header: readonly Signature[]; readonly body: Signature; readonly id: string | null },
  rest: readonly Signature[],
  origin: Origin,
): Promise<void> {
  const group = id ?? derivedId("celery", "chord", origin.root, String(body.options.task_id), String(origin.created));
  const after = rest.length === 0 ? body : chainOf([body, ...rest]);
  const parts = header.flatMap(membersOf).map((part, index) => asPart(part, { group, index, body: after }));
  await bridge.backend.beginChord(
    group,
    parts.map((part) => String(lastTask(part)?.options.task_id)),
  );
  if (parts.length === 0) return runSequence(bridge, [after], origin);
  for (const [index, part] of parts.entries())
    await runSequence(bridge, [part], { ...origin, group: { id: group, index } });
}

function membersOf(signature: Signature): readonly Signature[] {
  const shape = shapeOf(signature);
  return shape.kind === "group" ? shape.parts.flatMap(membersOf) : [signature];
}

function chainOf(tasks: readonly Signature[]): Signature {
  const options = { task_id: lastTask(tasks.at(-1) ?? emptyChain)?.options.task_id };
  return { ...emptyChain, kwargs: { tasks }, options };
}

const emptyChain: Signature = { task: "celery.chain", args: [], kwargs: { tasks: [] }, options: {}, immutable: false };

/** The signature whose last task tells the chord that it has ended; it has an id then. */
function asPart(
  signature: Signature,
  chord: { readonly group: string; readonly index: number; readonly body: Signature },
): Signature {
  const shape = shapeOf(signature);
  if (shape.kind === "chain" && shape.parts.length > 0) {
    const last = shape.parts.length - 1;
    const tasks = shape.parts.map((part, index) => (index === last ? asPart(part, chord) : part));
    return { ...signature, kwargs: { ...signature.kwargs, tasks } };
  }
  if (shape.kind === "chord") return { ...signature, kwargs: { ...signature.kwargs, body: asPart(shape.body, chord) } };
  const { group, index, body } = chord;
  const task_id = signature.options.task_id ?? derivedId("celery", group, String(index));
  const options = { ...signature.options, task_id, group_id: group, group_index: index, chord: body };
  return { ...signature, options };
}
