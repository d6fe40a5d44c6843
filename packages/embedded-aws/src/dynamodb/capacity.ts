import type { Input } from "../json-service.ts";
import { oneOf } from "./parameters.ts";
import { type SecondaryIndex, placeIfAny, projected } from "./secondary-index.ts";
import { equal } from "./compare.ts";
import { itemBytes } from "./size.ts";
import type { Prepared, Table } from "./table.ts";
import type { Item } from "./values.ts";

/** How much of the capacity a request wants to know. */
export type Wanted = "NONE" | "TOTAL" | "INDEXES";

/** What a request asks to be told of its capacity. @throws ServiceError */
export function wantedCapacity(input: Input): Wanted {
  return oneOf(input, "ReturnConsumedCapacity", ["NONE", "TOTAL", "INDEXES"], "NONE");
}

/** Write units: one for each KB begun, of the larger of an item before and after. */
export function writeUnits(before: number, after: number): number {
  return Math.max(1, Math.ceil(Math.max(before, after) / 1_024));
}

/** Read units: one for each 4 KB begun, half of it where the read may be of a moment ago. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4_096)) * (consistent ? 1 : 0.5);
}

/** Units that one request consumed, by table and index. */
export class Meter {
  readonly #wanted: Wanted;
  readonly #tables = new Map<Table, { own: number; indexes: Map<SecondaryIndex, number> }>();

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Units of the table itself, or of an index. */
  add(table: Table, units: number, index?: SecondaryIndex): void {
    if (this.#wanted === "NONE") return;
    let found = this.#tables.get(table);
    if (found === undefined) this.#tables.set(table, (found = { own: 0, indexes: new Map() }));
    if (index === undefined) found.own += units;
    else found.indexes.set(index, (found.indexes.get(index) ?? 0) + units);
  }

  /** The units of a write, with those of the indexes that it changes. `factor` is 2 within a transaction. */
  write(table: Table, { old, item, oldBytes, bytes }: Prepared, factor = 1): void {
    if (this.#wanted === "NONE") return;
    this.add(table, factor * writeUnits(oldBytes, bytes));
    for (const index of table.indexes) {
      const units = indexUnits(index, old, item);
      if (units > 0) this.add(table, factor * units, index);
    }
  }

  /** What the answer says, a table each. `kind` where the answer tells reads from writes. */
  report(kind?: "Read" | "Write"): readonly object[] {
    return [...this.#tables].map(([table, { own, indexes }]) => {
      const total = [...indexes.values()].reduce((sum, units) => sum + units, own);
      const figures = (units: number): object => ({
        CapacityUnits: units,
        ...(kind !== undefined && { [`${kind}CapacityUnits`]: units }),
      });
      const answer = { TableName: table.definition.TableName, ...figures(total) };
      if (this.#wanted === "TOTAL") return answer;
      const of = (global: boolean): object =>
        Object.fromEntries(
          [...indexes].filter(([index]) => index.global === global).map(([{ name }, units]) => [name, figures(units)]),
        );
      const [globals, locals] = [of(true), of(false)];
      return {
        ...answer,
        Table: figures(own),
        ...(Object.keys(globals).length > 0 && { GlobalSecondaryIndexes: globals }),
        ...(Object.keys(locals).length > 0 && { LocalSecondaryIndexes: locals }),
      };
    });
  }

  /** The member of an answer about one table. */
  single(): object {
    const [ConsumedCapacity] = this.report();
    return ConsumedCapacity === undefined ? {} : { ConsumedCapacity };
  }

  /** The member of an answer about several tables. */
  several(kind?: "Read" | "Write"): object {
    return this.#wanted === "NONE" ? {} : { ConsumedCapacity: this.report(kind) };
  }
}

/** Units of an index: none where what it has stays the same, two writes where the item moves in it. */
function indexUnits(index: SecondaryIndex, old: Item | undefined, item: Item | undefined): number {
  const was = old !== undefined && placeIfAny(index, old, "") ? projected(index, old) : undefined;
  const now = item !== undefined && placeIfAny(index, item, "") ? projected(index, item) : undefined;
  if (was === undefined && now === undefined) return 0;
  if (was === undefined || now === undefined) return writeUnits(itemBytes(was ?? {}), itemBytes(now ?? {}));
  if (equal({ M: was }, { M: now })) return 0;
  const [before, after] = [itemBytes(was), itemBytes(now)];
  return samePlace(index, was, now) ? writeUnits(before, after) : writeUnits(before, 0) + writeUnits(0, after);
}

function samePlace(index: SecondaryIndex, was: Item, now: Item): boolean {
  const [before, after] = [placeIfAny(index, was, ""), placeIfAny(index, now, "")];
  return before?.partition === after?.partition && before?.sort === after?.sort;
}
