import { type Collection, type Stored, keepsNothing } from "../storage/storage.ts";
import { checkItem } from "./check.ts";
import { type TableDefinition, keySchemaOf } from "./definition.ts";
import { invalid } from "./errors.ts";
import { ExpiryList } from "./expiry.ts";
import { itemPosition } from "./item-keys.ts";
import { ItemWaits } from "./item-waits.ts";
import { type KeySchema, nameOf } from "./keys.ts";
import { LIMITS } from "./limits.ts";
import {
  type Entry,
  type Place,
  type SecondaryIndex,
  createIndexes,
  keepsPlace,
  placeIfAny,
  placeIn,
} from "./secondary-index.ts";
import { itemBytes } from "./size.ts";
import { type Position, SortedList } from "./sorted.ts";
import type { Item } from "./values.ts";

/** A write, to those that listen. Both are the table's own and never change. */
export interface Change {
  readonly old: Item | undefined;
  readonly new: Item | undefined;
}

/** A write that was checked and is to be done: it cannot fail any more. */
export interface Prepared {
  readonly position: Position;
  readonly old: Item | undefined;
  readonly oldBytes: number;
  readonly item: Item | undefined;
  readonly bytes: number;
  readonly commit: () => void;
}

/** The items of a table and of its indexes, in their order. */
export class Table {
  readonly key: KeySchema;
  readonly entries = new SortedList<Entry>();
  readonly listeners = new Set<(change: Change) => void>();
  readonly waits = new ItemWaits();
  #definition: TableDefinition;
  #indexes: readonly SecondaryIndex[];
  #expiry: ExpiryList | undefined;
  readonly #kept: Collection;
  readonly #volatile: boolean;
  #count = 0;
  #bytes = 0;

  /** @param items what an earlier run left of it, as it was kept in the collection */
  constructor(definition: TableDefinition, kept: Collection, items: Iterable<readonly [string, Stored]> = []) {
    this.key = keySchemaOf(definition.KeySchema, definition.AttributeDefinitions);
    this.#definition = definition;
    this.#indexes = createIndexes(definition);
    this.#expiry = definition.timeToLive === undefined ? undefined : new ExpiryList(definition.timeToLive);
    this.#kept = kept;
    this.#volatile = keepsNothing(kept);
    for (const [, text] of items) this.#load(checkItem(JSON.parse(String(text))));
  }

  get definition(): TableDefinition {
    return this.#definition;
  }

  get indexes(): readonly SecondaryIndex[] {
    return this.#indexes;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The item at a position. */
  find(position: Position): Entry | undefined {
    return this.entries.find(position);
  }

  /**
   * Checks a write of an item, or of none: a removal.
   * @throws ServiceError for an item that is too large, or has what no index may have
   */
  prepare(position: Position, entry: Entry | undefined, item: Item | undefined, tooLarge: string): Prepared {
    const bytes = item === undefined ? 0 : itemBytes(item);
    if (bytes > LIMITS.itemBytes) throw invalid(tooLarge);
    const old = entry?.item;
    const places = item === undefined ? [] : this.#placesOf(position, entry, item);
    const commit = (): void => {
      if (item !== undefined) this.#put(position, entry, item, bytes, places);
      else if (entry !== undefined) this.#remove(entry);
      if (this.waits.any && item !== undefined) this.waits.tell(nameOf(position), item);
      if (this.listeners.size > 0 && (item ?? old) !== undefined) this.#tell({ old, new: item });
    };
    return { position, old, oldBytes: entry?.bytes ?? 0, item, bytes, commit };
  }

  /** Takes another definition over. Indexes that are new are filled, those that are gone are forgotten. */
  redefine(definition: TableDefinition): void {
    const before = this.#definition;
    this.#definition = definition;
    if (before.timeToLive !== definition.timeToLive) this.#expireBy(definition.timeToLive);
    const same = JSON.stringify([
      before.GlobalSecondaryIndexes,
      before.LocalSecondaryIndexes,
      before.AttributeDefinitions,
    ]);
    const wanted = [
      definition.GlobalSecondaryIndexes,
      definition.LocalSecondaryIndexes,
      definition.AttributeDefinitions,
    ];
    if (JSON.stringify(wanted) === same) return;
    this.#indexes = createIndexes(definition);
    this.#each((entry) => {
      entry.places = this.#indexes.map((index) => this.#fill(index, entry));
    });
  }

  /** Deletes items whose time was over at `now`, in seconds since 1970. @returns how many; `limit` at the most */
  expire(now: number, limit: number): number {
    const over = this.#expiry?.over(now, limit) ?? [];
    for (const entry of over) this.prepare(entry, entry, undefined, "").commit();
    return over.length;
  }

  /** Forgets all items, on the disk too. */
  drop(): void {
    this.#each((entry) => this.#kept.remove(nameOf(entry)));
  }

  #load(item: Item): void {
    const entry: Entry = { ...itemPosition(this.key, item), item, bytes: itemBytes(item), places: [] };
    this.entries.insert(entry);
    entry.places = this.#indexes.map((index) => this.#fill(index, entry));
    this.#expiry?.add(entry);
    this.#count++;
    this.#bytes += entry.bytes;
  }

  #fill(index: SecondaryIndex, entry: Entry): Place | undefined {
    return this.#insert(index, placeIfAny(index, entry.item, nameOf(entry)), entry);
  }

  #placesOf(position: Position, entry: Entry | undefined, item: Item): readonly (Position | undefined)[] {
    let tie: string | undefined;
    return this.#indexes.map((index, i) => {
      if (entry !== undefined && keepsPlace(index, entry.item, item)) return entry.places[i];
      tie ??= nameOf(position);
      return placeIn(index, item, tie);
    });
  }

  #put(
    position: Position,
    was: Entry | undefined,
    item: Item,
    bytes: number,
    places: readonly (Position | undefined)[],
  ): void {
    const entry: Entry = was ?? { ...position, item, bytes, places: [] };
    if (was === undefined) {
      this.entries.insert(entry);
      this.#count++;
      this.#bytes += bytes;
      entry.places = this.#indexes.map((index, i) => this.#insert(index, places[i], entry));
    } else {
      this.#expiry?.remove(entry);
      this.#bytes += bytes - entry.bytes;
      entry.item = item;
      entry.bytes = bytes;
      if (places.some((place, i) => place !== entry.places[i])) this.#move(entry, places);
    }
    this.#expiry?.add(entry);
    if (!this.#volatile) this.#kept.put(nameOf(position), JSON.stringify(item));
  }

  #move(entry: Entry, places: readonly (Position | undefined)[]): void {
    entry.places = this.#indexes.map((index, i) => {
      const was = entry.places[i];
      const now = places[i];
      if (was === now) return was;
      if (was !== undefined) index.places.remove(was);
      return this.#insert(index, now, entry);
    });
  }

  #remove(entry: Entry): void {
    this.entries.remove(entry);
    this.#indexes.forEach((index, i) => {
      const place = entry.places[i];
      if (place !== undefined) index.places.remove(place);
    });
    this.#expiry?.remove(entry);
    this.#count--;
    this.#bytes -= entry.bytes;
    if (!this.#volatile) this.#kept.remove(nameOf(entry));
  }

  #insert(index: SecondaryIndex, position: Position | undefined, entry: Entry): Place | undefined {
    if (position === undefined) return undefined;
    const place: Place = { ...position, entry };
    index.places.insert(place);
    return place;
  }

  #expireBy(name: string | undefined): void {
    this.#expiry = name === undefined ? undefined : new ExpiryList(name);
    this.#each((entry) => this.#expiry?.add(entry));
  }

  #each(visit: (entry: Entry) => void): void {
    this.entries.walk(undefined, undefined, false, (entry) => {
      visit(entry);
      return true;
    });
  }

  #tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
