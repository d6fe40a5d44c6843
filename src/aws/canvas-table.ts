import { dayOf } from "../core/insights/buckets.ts";
import { LAST_MESSAGE } from "../core/limits.ts";
import { inParallel } from "../core/parallel.ts";
import * as z from "zod";
import {
  type StoredCanvas,
  CanvasSchema,
  type GroupEnd,
  GroupEndSchema,
  type GroupRecord,
  type Root,
  RootSchema,
  type RunEnd,
} from "../core/record/canvas.ts";
import { CallSchema } from "../core/record/message.ts";
import { PartSchema } from "../core/canvas/place.ts";
import type { Entry, Item, Table } from "./table.ts";

/**
 * The partition of the index `recent` that has the submissions of a day. One takes 1,000 writes a second, and Step
 * Functions starts 300 executions, so it needs no shards; tasks have others, whose names begin with their day.
 */
export function runsOfDay(day: string): string {
  return `runs#${day}`;
}

/** The partition of the index `open`: canvases are few beside tasks, and the sweep reads them all. */
const OPEN = "open";

/** A member of a chunk; with its call where it has no record yet. */
export const MemberSchema = z.object({ part: PartSchema, call: CallSchema.optional() });

export type Member = z.output<typeof MemberSchema>;

const Members = z.array(MemberSchema);
const ChunkItem = z.object({ members: z.string() });
const TokenItem = z.object({ tokens: z.set(z.string()) });
/** Not `failed`: that is the key of an index, and DynamoDB refuses an item whose key of one is no string. */
const DoneItem = z.object({ done: z.set(z.string()).optional(), ended_badly: z.set(z.string()).optional() });
const ExecutionItem = z.object({ canvas: z.string() });
const CanvasItem = z.object({ canvas: z.string(), end: z.string().optional() });
const RootItem = z.object({
  root: z.string(),
  epoch: z.number(),
  revoked: z.boolean().default(false),
  done: z.boolean().default(false),
  waits: z.number().default(0),
  end: z.string().optional(),
});

/** Canvases in the table: submissions, canvases, chunks of groups, and the tokens of the states that wait for them. */
export class CanvasTable {
  readonly #table: Table;
  readonly #retention: number;

  /** @param retention seconds for which a canvas outlives its submission's last possible message. */
  constructor(table: Table, retention: number) {
    this.#table = table;
    this.#retention = retention;
  }

  #ttl(created: number): number {
    return Math.ceil(created / 1000) + LAST_MESSAGE + this.#retention;
  }

  /** The item of a submission. */
  rootItem(id: string, root: Pick<Root, "top" | "created" | "correlation" | "about">): Item {
    return {
      id: rootId(id),
      kind: "root",
      root: JSON.stringify(root),
      epoch: 0,
      open: OPEN,
      // Of the root of a replacement nobody asks: it is part of the run that it is in.
      recent: root.about === null ? undefined : runsOfDay(dayOf(root.created)),
      seq: `${new Date(root.created).toISOString()}#${id}`,
      ttl: this.#ttl(root.created),
    };
  }

  /** The item of a canvas. */
  canvasItem(canvas: StoredCanvas, created: number): Item {
    return { id: canvas.id, kind: canvas.kind, canvas: JSON.stringify(canvas), ttl: this.#ttl(created) };
  }

  /** The item of chunk `n` of a group. */
  chunkItem(group: string, n: number, members: readonly Member[], created: number): Item {
    return { id: chunkId(group, n), kind: "chunk", members: JSON.stringify(members), ttl: this.#ttl(created) };
  }

  /** The submission `id`, or null. */
  async root(id: string): Promise<Root | null> {
    return toRoot(await this.#table.get(rootId(id)));
  }

  /** Says that a submission has ended, and how: the sweep need not look at it any more. */
  async closeRoot(id: string, end: RunEnd): Promise<void> {
    await this.#table.update({
      id: rootId(id),
      set: { done: true, end: JSON.stringify(end) },
      remove: ["open"],
      // A notice that comes again must not make its end later.
      when: "attribute_exists(id) AND NOT #done = :yes",
      values: { yes: true },
    });
  }

  /**
   * Opens a submission that has ended, for another execution.
   * @returns whether it did; false where another has done so.
   */
  async reopenRoot(id: string, epoch: number, now: number): Promise<boolean> {
    const item = await this.#table.update({
      id: rootId(id),
      set: { epoch: epoch + 1, done: false, revoked: false, waits: 0, open: OPEN, ttl: this.#ttl(now) },
      remove: ["end"],
      when: "#epoch = :epoch AND #done = :done",
      values: { epoch, done: true },
    });
    return item !== null;
  }

  /** Takes back how a group ended, and which members had: those that are run again tell of it anew. */
  async reopenGroup(id: string, chunks: number): Promise<void> {
    await inParallel(
      Array.from({ length: chunks }, (_, n) => doneId(id, n)),
      (done) => this.#table.remove(done),
    );
    await this.#table.update({ id, remove: ["end"], when: "attribute_exists(id)" });
  }

  /** Says that what has not started of a submission must not start. */
  async revokeRoot(id: string): Promise<void> {
    await this.#table.update({ id: rootId(id), set: { revoked: true }, when: "attribute_exists(id)" });
  }

  /** Says that a message of a submission waits outside the queues until `due`, and keeps the submission for as long. */
  async waitsUntil(id: string, due: number): Promise<void> {
    await this.#table.update({
      id: rootId(id),
      set: { waits: due, ttl: this.#ttl(due) },
      when: "attribute_exists(id) AND (attribute_not_exists(#waits) OR #waits < :due)",
      values: { due },
    });
  }

  /**
   * Begins another execution of a submission's machine.
   * @returns its number, or null where another has begun one meanwhile.
   */
  async nextEpoch(id: string, epoch: number): Promise<number | null> {
    const item = await this.#table.update({
      id: rootId(id),
      set: { epoch: epoch + 1 },
      when: "#epoch = :epoch",
      values: { epoch },
    });
    return item === null ? null : epoch + 1;
  }

  /** Submissions that have not ended, oldest first. @param after the place of the last one of the page before. */
  async openRoots(limit: number, after?: string): Promise<Entry[]> {
    const page = { index: "open", attribute: "open", value: OPEN, limit, after, forward: true };
    const entries = await this.#table.query(page);
    return entries.map(({ id, seq }) => ({ id: id.slice(rootId("").length), seq }));
  }

  /** The canvas `id`, or null. */
  async canvas(id: string): Promise<StoredCanvas | null> {
    return toCanvas(await this.#table.get(id));
  }

  /** Keeps which canvas an execution carries whose name does not say it, since somebody started it by hand. */
  async keepExecution(arn: string, canvas: string, now: number): Promise<void> {
    await this.#table.update({ id: executionId(arn), set: { canvas, ttl: this.#ttl(now) } });
  }

  /** The canvas that an execution carries which was started by hand, or null. */
  async canvasOfExecution(arn: string): Promise<StoredCanvas | null> {
    const item = ExecutionItem.safeParse(await this.#table.get(executionId(arn)));
    return item.success ? this.canvas(item.data.canvas) : null;
  }

  /** The group `id`, or null. */
  async group(id: string): Promise<GroupRecord | null> {
    return toGroup(await this.#table.get(id));
  }

  /** Stores how a group ended, once. @returns how it has ended, by this call or by another. */
  async endGroup(id: string, end: GroupEnd): Promise<GroupEnd> {
    const done = await this.#table.update({
      id,
      set: { end: JSON.stringify(end), ttl: this.#ttl(end.done) },
      when: "attribute_exists(id) AND attribute_not_exists(#end)",
    });
    if (done !== null) return end;
    return (await this.group(id))?.end ?? end;
  }

  /** The members of chunk `n` of a group. */
  async members(group: string, n: number): Promise<Member[]> {
    return membersOf(await this.#table.get(chunkId(group, n)));
  }

  /** The members of a group's first `chunks` chunks. */
  async allMembers(group: string, chunks: number): Promise<Member[]> {
    const ids = Array.from({ length: chunks }, (_, n) => chunkId(group, n));
    const items = await this.#table.getMany(ids, { consistent: true });
    return ids.flatMap((id) => membersOf(items.get(id) ?? null));
  }

  /** Notes the end of a member of a chunk; a set, so that a repeated end counts once. @returns how many have ended. */
  async memberEnded(group: string, n: number, index: number, ok: boolean): Promise<number> {
    const member = [String(index)];
    const item = await this.#table.update({
      id: doneId(group, n),
      addToSet: { done: member, ...(ok ? {} : { ended_badly: member }) },
      set: { ttl: this.#ttl(Date.now()) },
    });
    return DoneItem.parse(item).done?.size ?? 0;
  }

  /** How many members of groups have ended, and how many of them badly, by the groups' ids and numbers of chunks. */
  async countsOf(
    groups: readonly { readonly id: string; readonly chunks: number }[],
  ): Promise<ReadonlyMap<string, { readonly ended: number; readonly failed: number }>> {
    const keysOf = groups.map(({ id, chunks }) => Array.from({ length: chunks }, (_, n) => doneId(id, n)));
    const items = await this.#table.getMany(keysOf.flat());
    return new Map(
      groups.map(({ id }, at) => {
        const sets = (keysOf[at] ?? []).map((key) => DoneItem.safeParse(items.get(key)).data);
        const ended = sets.reduce((sum, set) => sum + (set?.done?.size ?? 0), 0);
        return [id, { ended, failed: sets.reduce((sum, set) => sum + (set?.ended_badly?.size ?? 0), 0) }];
      }),
    );
  }

  /** How many members of one chunk have ended. */
  async ended(group: string, n: number): Promise<number> {
    return DoneItem.safeParse(await this.#table.get(doneId(group, n))).data?.done?.size ?? 0;
  }

  /**
   * Keeps the token of a state that waits for a task, a canvas or a chunk. One that is tried again has a new one, whose
   * message may come before that of the old one: so all are kept.
   */
  async keepToken(id: string, token: string, now: number): Promise<void> {
    await this.#table.update({ id: tokenId(id), addToSet: { tokens: [token] }, set: { ttl: this.#ttl(now) } });
  }

  /** The tokens of the states that wait for a task, a canvas or a chunk: usually one, none where none does. */
  async tokens(id: string): Promise<string[]> {
    const item = TokenItem.safeParse(await this.#table.get(tokenId(id)));
    return item.success ? [...item.data.tokens] : [];
  }
}

/** The item that has chunk `n` of a group, and by which its token is kept. */
export function chunkId(group: string, n: number): string {
  return `chunk#${group}#${n}`;
}

const executionId = (arn: string): string => `execution#${arn}`;
const doneId = (group: string, n: number): string => `done#${group}#${n}`;
const tokenId = (id: string): string => `token#${id}`;

/** The key of the item of a submission. */
export function rootId(id: string): string {
  return `root#${id}`;
}

/** The submission that an item is, or null where it is none. */
export function toRoot(item: Item | null): Root | null {
  const parsed = RootItem.safeParse(item);
  if (!parsed.success) return null;
  const { root, end, ...state } = parsed.data;
  const fixed = z.record(z.string(), z.unknown()).parse(JSON.parse(root));
  return RootSchema.parse({ ...fixed, ...state, ...(end !== undefined && { end: JSON.parse(end) }) });
}

/** The canvas that an item is, or null where it is none. */
export function toCanvas(item: Item | null): StoredCanvas | null {
  const parsed = CanvasItem.safeParse(item);
  return parsed.success ? CanvasSchema.parse(JSON.parse(parsed.data.canvas)) : null;
}

/** The members of the chunk that an item is; none where it is no chunk. */
export function membersOf(item: Item | null): Member[] {
  const chunk = ChunkItem.safeParse(item);
  return chunk.success ? Members.parse(JSON.parse(chunk.data.members)) : [];
}

/** The group that an item is, or null where it is none. */
export function toGroup(item: Item | null): GroupRecord | null {
  const parsed = CanvasItem.safeParse(item);
  const group = parsed.success ? CanvasSchema.parse(JSON.parse(parsed.data.canvas)) : null;
  if (group?.kind !== "group" || !parsed.success) return null;
  return { group, end: parsed.data.end === undefined ? null : GroupEndSchema.parse(JSON.parse(parsed.data.end)) };
}
