import type { Input } from "../../json-service.ts";
import { Binding } from "../binding.ts";
import { checkItem } from "../check.ts";
import type { Context } from "../context.ts";
import { conditionFailed, constraint, invalid } from "../errors.ts";
import type { Predicate } from "../expression/condition.ts";
import type { BoundPath } from "../expression/paths.ts";
import type { Update } from "../expression/update.ts";
import { checkKey, itemPosition } from "../item-keys.ts";
import { oneOf } from "../parameters.ts";
import type { Prepared, Table } from "../table.ts";
import type { Item } from "../values.ts";
import type { Position } from "../sorted.ts";

/** A write whose request was checked, before the item that it finds is looked at. */
export interface Write {
  readonly table: Table;
  readonly position: Position;
  /**
   * Looks at the item, and checks the write. @throws ServiceError where the condition does not hold, or the result is
   * not allowed
   */
  readonly prepare: () => Prepared;
  /** Paths that an update writes. */
  readonly paths: readonly BoundPath[];
}

const EMPTY: Item = {};
const TOO_LARGE = "Item size has exceeded the maximum allowed size";
const TOO_LARGE_UPDATE = "Item size to update has exceeded the maximum allowed size";

/** A PutItem, or a Put of a transaction. @throws ServiceError */
export function planPut(context: Context, input: Input): Write {
  const table = context.tables.of(input);
  const binding = new Binding(input, context.expressions);
  const condition = binding.condition();
  binding.finish();
  if (input["Item"] === undefined) throw constraint(undefined, "item", "Member must not be null");
  const item = checkItem(input["Item"]);
  const position = itemPosition(table.key, item);
  const prepare = (): Prepared => {
    const entry = table.find(position);
    hold(condition, binding, entry?.item, input);
    return table.prepare(position, entry, item, TOO_LARGE);
  };
  return { table, position, prepare, paths: [] };
}

/** A DeleteItem, or a Delete of a transaction. @throws ServiceError */
export function planDelete(context: Context, input: Input): Write {
  const table = context.tables.of(input);
  const binding = new Binding(input, context.expressions);
  const condition = binding.condition();
  binding.finish();
  const position = itemPosition(table.key, checkKey(table.key, input["Key"]));
  const prepare = (): Prepared => {
    const entry = table.find(position);
    hold(condition, binding, entry?.item, input);
    return table.prepare(position, entry, undefined, TOO_LARGE);
  };
  return { table, position, prepare, paths: [] };
}

/** A ConditionCheck of a transaction: a write that changes nothing. @throws ServiceError */
export function planCheck(context: Context, input: Input): Write {
  const table = context.tables.of(input);
  const binding = new Binding(input, context.expressions);
  const condition = binding.condition();
  binding.finish();
  if (condition === undefined) throw constraint(undefined, "conditionExpression", "Member must not be null");
  const position = itemPosition(table.key, checkKey(table.key, input["Key"]));
  const prepare = (): Prepared => {
    const entry = table.find(position);
    hold(condition, binding, entry?.item, input);
    const [item, bytes] = [entry?.item, entry?.bytes ?? 0];
    return { position, old: item, oldBytes: bytes, item, bytes, commit: () => {} };
  };
  return { table, position, prepare, paths: [] };
}

/** An UpdateItem, or an Update of a transaction. @throws ServiceError */
export function planUpdate(context: Context, input: Input): Write {
  const table = context.tables.of(input);
  const binding = new Binding(input, context.expressions);
  const update = binding.update();
  const condition = binding.condition();
  binding.finish();
  const key = checkKey(table.key, input["Key"]);
  const position = itemPosition(table.key, key);
  if (update !== undefined) refuseKeys(table, update.paths);
  const prepare = (): Prepared => {
    const entry = table.find(position);
    hold(condition, binding, entry?.item, input);
    const item = updated(update, entry?.item ?? key, binding);
    return table.prepare(position, entry, item, TOO_LARGE_UPDATE);
  };
  return { table, position, prepare, paths: update?.paths ?? [] };
}

function updated(update: Update | undefined, item: Item, { values }: Binding): Item {
  return update === undefined ? item : update.apply(item, values);
}

function hold(condition: Predicate | undefined, { values }: Binding, item: Item | undefined, input: Input): void {
  if (condition === undefined || condition(item ?? EMPTY, values)) return;
  const wanted = oneOf(input, "ReturnValuesOnConditionCheckFailure", ["ALL_OLD", "NONE"], "NONE");
  throw conditionFailed(wanted === "ALL_OLD" ? item : undefined);
}

function refuseKeys({ key }: Table, paths: readonly BoundPath[]): void {
  for (const [name] of paths) {
    if (name !== key.hash.name && name !== key.range?.name) continue;
    throw invalid(
      `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
    );
  }
}
