import { Binding } from "../binding.ts";
import { Meter, readUnits, wantedCapacity } from "../capacity.ts";
import type { Operation } from "../context.ts";
import { checkKey, itemPosition } from "../item-keys.ts";
import { accept, flag, namesOf } from "../parameters.ts";

const NAMES = namesOf(
  "TableName Key ConsistentRead ExpressionAttributeNames ProjectionExpression ReturnConsumedCapacity",
);

/** GetItem. */
export const getItem: Operation = ({ tables, expressions }, input) => {
  accept("GetItem", input, NAMES);
  const table = tables.of(input);
  const binding = new Binding(input, expressions);
  const projection = binding.projection();
  binding.finish();
  const entry = table.find(itemPosition(table.key, checkKey(table.key, input["Key"])));
  const meter = new Meter(wantedCapacity(input));
  meter.add(table, readUnits(entry?.bytes ?? 0, flag(input, "ConsistentRead", false)));
  if (entry === undefined) return meter.single();
  return { Item: projection === undefined ? entry.item : projection(entry.item), ...meter.single() };
};
