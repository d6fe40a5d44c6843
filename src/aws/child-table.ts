import * as z from "zod";
import { LAST_MESSAGE, MAX_LISTED } from "../core/limits.ts";
import type { TaskRecord } from "../core/record/record.ts";
import type { Table } from "./table.ts";

/** Ids of one page: with its key, an item of 1 KB, which is one write unit. */
export const PAGE_OF_CHILDREN = 25;
/** Pages of one task: more than these an answer does not list, so more are not kept. */
export const MAX_CHILD_PAGES = MAX_LISTED / PAGE_OF_CHILDREN;

const PageSchema = z.object({ ids: z.set(z.string()) });

/**
 * What tasks have started, beside their records: a record that kept each child would grow with it, each of its writes
 * would cost its size, and at 400 KB DynamoDB would take no more. The record has how many pages there are.
 */
export class ChildTable {
  readonly #table: Table;
  readonly #retention: number;

  /** @param retention seconds for which a record outlives its task. */
  constructor(table: Table, retention: number) {
    this.#table = table;
    this.#retention = retention;
  }

  /** Notes children on a page of a task, from 1. @param now milliseconds since 1970. */
  async add(task: string, page: number, ids: readonly string[], now: number): Promise<void> {
    // As long as the record of a task that replaced itself, which is kept the longest.
    const ttl = Math.ceil(now / 1000) + LAST_MESSAGE + this.#retention;
    await this.#table.update({ id: pageId(task, page), set: { kind: "children", ttl }, addToSet: { ids } });
  }

  /** The children of a task: those in its record, then those beside it, the first 1,000. */
  async of(record: Parent): Promise<string[]> {
    return (await this.ofMany([record])).get(record.id) ?? [];
  }

  /** The children of some tasks, by their ids. */
  async ofMany(records: readonly Parent[]): Promise<Map<string, string[]>> {
    const items = await this.#table.getMany(records.flatMap(pageIds), { consistent: true });
    return new Map(
      records.map((record) => {
        const beside = pageIds(record).flatMap((id) => [...(PageSchema.safeParse(items.get(id)).data?.ids ?? [])]);
        return [record.id, [...new Set([...record.children, ...beside])].slice(0, MAX_LISTED)];
      }),
    );
  }

  /** Forgets what is beside a record. */
  async remove(record: Parent): Promise<void> {
    await Promise.all(pageIds(record).map((id) => this.#table.remove(id)));
  }
}

type Parent = Pick<TaskRecord, "id" | "children" | "child_pages">;

const pageId = (task: string, page: number): string => `children#${task}#${page}`;

function pageIds({ id, child_pages: pages }: Parent): string[] {
  return Array.from({ length: Math.min(pages, MAX_CHILD_PAGES) }, (_, index) => pageId(id, index + 1));
}
