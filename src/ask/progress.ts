import { chunkId, membersOf, toCanvas, toGroup } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import { toRecord } from "../aws/task-table.ts";
import { type Part, chunkCount, chunkSize } from "../core/canvas/place.ts";
import type { GroupRecord, StoredCanvas } from "../core/record/canvas.ts";
import { isFinal } from "../core/record/states.ts";

/** Members of a wide group that are looked at for one that has begun: one chunk of most groups. */
const LOOKED_AT = 250;

/** How far a group is. */
export interface GroupProgress {
  readonly status: string;
  readonly completed: number;
  readonly failed: number;
  /** When the first of its members began, milliseconds since 1970; null where that is not known. */
  readonly started: number | null;
}

/** Whether a group's members are started many together, and its chunks know how many of them have ended. */
export function isWide(total: number): boolean {
  return chunkSize(total) > 1;
}

/**
 * How far groups are, by their ids: the one rule for all who tell it. A group is STARTED once a member has begun or
 * ended; one that is a canvas has begun when something in it has. Members of wide groups are counted by the sets of
 * their chunks, those of small ones by their records.
 */
export async function progressOf(
  services: Services,
  groups: readonly GroupRecord[],
): Promise<ReadonlyMap<string, GroupProgress>> {
  const running = groups.filter(({ end }) => end === null).map(({ group }) => group);
  const wide = running.filter(({ total }) => isWide(total));
  const counts = await services.canvases.countsOf(wide.map(({ id, total }) => ({ id, chunks: chunkCount(total) })));
  const silent = running.filter(({ id }) => (counts.get(id)?.ended ?? 0) === 0);
  const looks = await lookAtMembers(services, silent);
  return new Map(
    groups.map(({ group, end }): readonly [string, GroupProgress] => {
      if (end !== null) return [group.id, end];
      const look = looks.get(group.id);
      const counted = counts.get(group.id) ?? { ended: 0, failed: 0 };
      const completed = isWide(group.total) ? counted.ended - counted.failed : (look?.completed ?? 0);
      const failed = isWide(group.total) ? counted.failed : (look?.failed ?? 0);
      const begun = completed + failed > 0 || look?.begun === true;
      const status = begun ? "STARTED" : "PENDING";
      return [group.id, { status, completed, failed, started: look?.started ?? null }];
    }),
  );
}

/** What a look at a group's members told. */
interface Look {
  begun: boolean;
  completed: number;
  failed: number;
  started: number | null;
}

/** A part of a group, or of what is nested in it, that says whether the group has begun. */
interface Looked {
  readonly group: string;
  readonly part: Part;
}

async function lookAtMembers(
  services: Services,
  groups: readonly StoredCanvas[],
): Promise<ReadonlyMap<string, Readonly<Look>>> {
  const looks = new Map<string, Look>(
    groups.map(({ id }) => [id, { begun: false, completed: 0, failed: 0, started: null }]),
  );
  let level = await membersIn(services, groups, ({ id }) => id);
  const ends = await services.table.getMany(level.map(({ part }) => part.result));
  for (const { group, part } of level) countEnd(looks.get(group), ends.get(part.result) ?? null, services);
  while (level.length > 0) {
    const items = await services.table.getMany(level.map(({ part }) => part.id));
    const nested: { readonly group: string; readonly canvas: StoredCanvas }[] = [];
    for (const { group, part } of level) {
      const item = items.get(part.id) ?? null;
      const canvas = toCanvas(item);
      if (canvas === null) noteStart(looks.get(group), item, services);
      else if (looks.get(group)?.begun === false) nested.push({ group, canvas });
    }
    level = await beginningsOf(services, nested);
  }
  return looks;
}

/** What of nested canvases begins first: a chain's first step, a chord's header, a group's members. */
async function beginningsOf(
  services: Services,
  nested: readonly { readonly group: string; readonly canvas: StoredCanvas }[],
): Promise<Looked[]> {
  const steps = nested.flatMap(({ group, canvas }): Looked[] => {
    if (canvas.kind === "group") return [];
    const [first] = canvas.kind === "chain" ? canvas.steps : [{ id: canvas.header, task: null, result: canvas.header }];
    return first === undefined ? [] : [{ group, part: first }];
  });
  const around = new Map(nested.map(({ group, canvas }) => [canvas.id, group]));
  const groups = nested.flatMap(({ canvas }) => (canvas.kind === "group" ? [canvas] : []));
  return [...steps, ...(await membersIn(services, groups, ({ id }) => around.get(id) ?? id))];
}

/** The first members of groups. @param named the group that is asked about, of each. */
async function membersIn(
  services: Services,
  groups: readonly StoredCanvas[],
  named: (group: StoredCanvas) => string,
): Promise<Looked[]> {
  const chunks = groups.flatMap((group) => {
    if (group.kind !== "group") return [];
    const count = Math.min(chunkCount(group.total), Math.ceil(LOOKED_AT / chunkSize(group.total)));
    return Array.from({ length: count }, (_, n) => ({ group: named(group), key: chunkId(group.id, n) }));
  });
  const items = await services.table.getMany(chunks.map(({ key }) => key));
  return chunks.flatMap(({ group, key }) =>
    membersOf(items.get(key) ?? null)
      .slice(0, LOOKED_AT)
      .map(({ part }) => ({ group, part })),
  );
}

function countEnd(look: Look | undefined, item: Item | null, services: Services): void {
  const status = toGroup(item)?.end?.status ?? toRecord(item, services.now())?.status ?? "PENDING";
  if (look === undefined || !isFinal(status)) return;
  look.begun = true;
  if (status === "SUCCESS") look.completed += 1;
  else look.failed += 1;
}

function noteStart(look: Look | undefined, item: Item | null, services: Services): void {
  const record = toRecord(item, services.now());
  if (look === undefined || record === null || record.status === "PENDING") return;
  look.begun = true;
  if (record.started !== null) look.started = Math.min(look.started ?? record.started, record.started);
}
