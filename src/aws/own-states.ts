import * as z from "zod";
import { MAX_OWN_STATES } from "../core/limits.ts";
import { isOwnState } from "../core/record/states.ts";
import type { Table } from "./table.ts";

/** The item that has them. */
const ID = "states";
const StatesItem = z.object({ states: z.set(z.string()) });

/** The states that tasks have called their own, so that a listing knows which there are. */
export class OwnStates {
  readonly #table: Table;
  readonly #noted = new Set<string>();

  constructor(table: Table) {
    this.#table = table;
  }

  /** Those that tasks have been in so far, 1,000 at the most. */
  async all(): Promise<ReadonlySet<string>> {
    return StatesItem.safeParse(await this.#table.get(ID)).data?.states ?? new Set();
  }

  /** Notes a state, once a process; a task that makes ever new ones must not outgrow the item. */
  async note(state: string): Promise<void> {
    if (!isOwnState(state) || this.#noted.has(state)) return;
    await this.#table.update({
      id: ID,
      addToSet: { states: [state] },
      when: "attribute_not_exists(#states) OR size(#states) < :most",
      values: { most: MAX_OWN_STATES },
    });
    this.#noted.add(state);
  }
}
