import { stopCanvas } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import { revokeAlone } from "../end/revoke.ts";
import type { StoredCanvas } from "../core/record/canvas.ts";
import { Revoked, describeError } from "../core/errors.ts";
import { inParallel } from "../core/parallel.ts";
import { chunkCount } from "../core/canvas/place.ts";
import { isFinal } from "../core/record/states.ts";
import { canvasEnded } from "../end/ended.ts";
import { notify } from "../end/finish.ts";
import { type UnrunPart, endParts } from "../end/parts.ts";
import { endGroup } from "./close.ts";

/**
 * Revokes what has not started of a canvas. What runs is left to run, or marked to be stopped: then the machines stay,
 * and close what they carry when that has ended. Where nothing runs all of it ends here, and the machines are stopped,
 * last, for one that is stopped closes nothing.
 */
export async function revokeCanvas(services: Services, id: string, terminate: boolean): Promise<void> {
  const canvas = await services.canvases.canvas(id);
  if (canvas === null) return;
  const error = { ...describeError(new Revoked()), task_id: canvas.result };
  const end = { status: "REVOKED", error } as const;
  const held = await holdings(services, canvas);
  await endParts(services, held.tasks, end);
  const records = await services.tasks.getMany(
    held.tasks.map((task) => task.id),
    services.now(),
    { consistent: true },
  );
  await inParallel(records, (record) => revokeAlone(services, record, terminate));
  const isWhole = canvas.place === null || canvas.place.role === "replacement";
  if (!isWhole || records.some((record) => !isFinal(record.status))) {
    // Each tells those around it, as if it had ended by itself; so the group that was revoked closes by its machine.
    await inParallel(
      records.filter((record) => record.status === "REVOKED"),
      (record) => notify(services, record, undefined),
    );
    return;
  }
  for (const group of held.groups.toReversed()) await endGroup(services, group, end);
  await canvasEnded(services, canvas, end);
  const epoch = (await services.canvases.root(canvas.root))?.epoch ?? 0;
  await inParallel(held.machines, (machine) => stopCanvas(services, machine, epoch));
}

/**
 * All that a canvas holds: its tasks, its groups (each before those within it), and the canvases that have machines of
 * their own.
 */
interface Holdings {
  readonly tasks: UnrunPart[];
  readonly groups: StoredCanvas[];
  readonly machines: StoredCanvas[];
}

async function holdings(services: Services, canvas: StoredCanvas): Promise<Holdings> {
  const held: Holdings = { tasks: [], groups: [], machines: [canvas] };
  await collect(services, canvas, held);
  return held;
}

async function collect(services: Services, canvas: StoredCanvas, held: Holdings): Promise<void> {
  if (canvas.kind === "group") held.groups.push(canvas);
  if (canvas.kind === "chord") {
    // A chord carries its header itself: no machine of its own runs for that.
    const header = await services.canvases.canvas(canvas.header);
    if (header !== null) await collect(services, header, held);
  }
  const parts =
    canvas.kind === "group"
      ? await membersOf(services, canvas)
      : canvas.kind === "chain"
        ? canvas.steps
        : [canvas.body];
  for (const part of parts) {
    if (part.task !== null) {
      held.tasks.push(part);
      continue;
    }
    const inner = await services.canvases.canvas(part.id);
    if (inner === null) continue;
    held.machines.push(inner);
    await collect(services, inner, held);
  }
}

/**
 * The members of a group; one that has no record yet comes with its call, since its message would find nothing to say
 * that it was revoked.
 */
async function membersOf(services: Services, group: Extract<StoredCanvas, { kind: "group" }>): Promise<UnrunPart[]> {
  const members = await services.canvases.allMembers(group.id, chunkCount(group.total));
  return members.map(({ part, call }) => ({ ...part, call }));
}
