import { type IndexProps, type TableDefinition, keySchemaOf } from "./definition.ts";
import { indexPosition } from "./item-keys.ts";
import type { KeySchema } from "./keys.ts";
import { itemBytes } from "./size.ts";
import { type Position, SortedList } from "./sorted.ts";
import { type AttributeValue, type Item, attribute, setAttribute } from "./values.ts";

/** An item of a table. Its item is replaced, never changed, so an answer that holds one stays as it was. */
export interface Entry extends Position {
  item: Item;
  bytes: number;
  /** Where it stands in each index, in the order of the table's indexes; undefined where it is not in one. */
  places: readonly (Place | undefined)[];
}

/** Where an index has an item. */
export interface Place extends Position {
  readonly entry: Entry;
}

/** An index: its own order, of the same entries. What it projects is picked when it is read. */
export interface SecondaryIndex {
  readonly name: string;
  readonly global: boolean;
  readonly key: KeySchema;
  readonly places: SortedList<Place>;
  /** The attributes that it has; undefined for all. */
  readonly attributes: readonly string[] | undefined;
}

/** The indexes of a table, empty. */
export function createIndexes(definition: TableDefinition): readonly SecondaryIndex[] {
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = definition;
  return [
    ...LocalSecondaryIndexes.map((index) => createIndex(definition, index, false)),
    ...GlobalSecondaryIndexes.map((index) => createIndex(definition, index, true)),
  ];
}

function createIndex(definition: TableDefinition, props: IndexProps, global: boolean): SecondaryIndex {
  const { ProjectionType, NonKeyAttributes = [] } = props.Projection;
  const keys = [...definition.KeySchema, ...props.KeySchema].map(({ AttributeName }) => AttributeName);
  return {
    name: props.IndexName,
    global,
    key: keySchemaOf(props.KeySchema, definition.AttributeDefinitions),
    places: new SortedList(),
    attributes: ProjectionType === "ALL" ? undefined : [...new Set([...keys, ...NonKeyAttributes])],
  };
}

/** What an index has of an item. */
export function projected({ attributes }: SecondaryIndex, item: Item): Item {
  if (attributes === undefined) return item;
  const result: Record<string, AttributeValue> = {};
  for (const name of attributes) {
    const value = attribute(item, name);
    if (value !== undefined) setAttribute(result, name, value);
  }
  return result;
}

/** Bytes of what an index has of an item. */
export function projectedBytes(index: SecondaryIndex, { item, bytes }: Pick<Entry, "item" | "bytes">): number {
  return index.attributes === undefined ? bytes : itemBytes(projected(index, item));
}

/**
 * Whether two versions of an item have the same values, by identity, for an index's key: then it stands where it stood.
 */
export function keepsPlace({ key }: SecondaryIndex, was: Item, now: Item): boolean {
  if (attribute(was, key.hash.name) !== attribute(now, key.hash.name)) return false;
  return key.range === undefined || attribute(was, key.range.name) === attribute(now, key.range.name);
}

/** Where an item stands in an index. @throws ServiceError for a value that no index may have */
export function placeIn(index: SecondaryIndex, item: Item, tie: string): Position | undefined {
  return indexPosition(index.name, index.key, item, tie);
}

/**
 * Where an item that is there already stands in an index. What came before the index may have what it cannot take: it
 * is not in it, as on AWS.
 */
export function placeIfAny(index: SecondaryIndex, item: Item, tie: string): Position | undefined {
  try {
    return placeIn(index, item, tie);
  } catch {
    return undefined;
  }
}
