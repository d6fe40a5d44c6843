import * as z from "zod";
import { LAST_MESSAGE } from "../core/limits.ts";
import type { Table } from "./table.ts";

const itemId = (id: string): string => `reserved#${id}`;
const ReservedItem = z.object({ by: z.string() });

/** Ids that clients gave to links, whose tasks are made much later, if ever. */
export class ChosenIds {
  readonly #table: Table;
  readonly #retention: number;

  /** @param retention seconds for which an id is kept beyond the last message of its task. */
  constructor(table: Table, retention: number) {
    this.#table = table;
    this.#retention = retention;
  }

  /**
   * Keeps an id for a link. @param due when its task is, or it was submitted, milliseconds since 1970.
   * @returns whose it is: `by`, or that of another.
   */
  async reserve(id: string, by: string, due: number): Promise<string> {
    const ttl = Math.ceil(due / 1000) + LAST_MESSAGE + this.#retention;
    if (await this.#table.putIfAbsent({ id: itemId(id), kind: "reserved", by, ttl })) return by;
    return (await this.reservedBy([id])).get(id) ?? by;
  }

  /** For which links those of `ids` are kept that are. */
  async reservedBy(ids: readonly string[]): Promise<Map<string, string>> {
    const items = await this.#table.getMany(ids.map(itemId), { consistent: true });
    return new Map(
      ids.flatMap((id) => {
        const item = ReservedItem.safeParse(items.get(itemId(id)));
        return item.success ? [[id, item.data.by] as const] : [];
      }),
    );
  }
}
