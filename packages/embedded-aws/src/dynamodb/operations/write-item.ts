import type { Input } from "../../json-service.ts";
import { Meter, wantedCapacity } from "../capacity.ts";
import type { Context, Operation } from "../context.ts";
import { invalid } from "../errors.ts";
import { projectionOf } from "../expression/projection.ts";
import { accept, namesOf, oneOf } from "../parameters.ts";
import type { Prepared } from "../table.ts";
import type { Item } from "../values.ts";
import { type Write, planDelete, planPut, planUpdate } from "./writing.ts";

const COMMON =
  "TableName ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnConsumedCapacity " +
  "ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure";
const PUT = namesOf(`Item ${COMMON}`);
const DELETE = namesOf(`Key ${COMMON}`);
const UPDATE = namesOf(`Key UpdateExpression ${COMMON}`);

const RETURN_VALUES = ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"] as const;
type ReturnValues = (typeof RETURN_VALUES)[number];

/** PutItem. */
export const putItem: Operation = (context, input) => {
  accept("PutItem", input, PUT);
  return write(context, input, planPut, oldOrNothing(input));
};

/** DeleteItem. */
export const deleteItem: Operation = (context, input) => {
  accept("DeleteItem", input, DELETE);
  return write(context, input, planDelete, oldOrNothing(input));
};

/** UpdateItem. */
export const updateItem: Operation = (context, input) => {
  accept("UpdateItem", input, UPDATE);
  return write(context, input, planUpdate, oneOf(input, "ReturnValues", RETURN_VALUES, "NONE"));
};

function write(
  context: Context,
  input: Input,
  plan: (context: Context, input: Input) => Write,
  wanted: ReturnValues,
): object {
  const meter = new Meter(wantedCapacity(input));
  refuseMetrics(input);
  const planned = plan(context, input);
  const prepared = planned.prepare();
  meter.write(planned.table, prepared);
  prepared.commit();
  const Attributes = returned(wanted, prepared, planned);
  if (Attributes === undefined || isEmpty(Attributes)) return meter.single();
  return { Attributes, ...meter.single() };
}

function returned(wanted: ReturnValues, { old, item }: Prepared, { paths }: Write): Item | undefined {
  switch (wanted) {
    case "NONE":
      return undefined;
    case "ALL_OLD":
      return old;
    case "ALL_NEW":
      return item;
    case "UPDATED_OLD":
      return old && projectionOf(paths)(old);
    case "UPDATED_NEW":
      return item && projectionOf(paths)(item);
  }
}

function oldOrNothing(input: Input): ReturnValues {
  const wanted = oneOf(input, "ReturnValues", RETURN_VALUES, "NONE");
  if (wanted === "NONE" || wanted === "ALL_OLD") return wanted;
  throw invalid("Return values set to invalid value");
}

/** Sizes of item collections are estimates of AWS: it is better to have none than wrong ones. */
function refuseMetrics(input: Input): void {
  if (oneOf(input, "ReturnItemCollectionMetrics", ["SIZE", "NONE"], "NONE") === "NONE") return;
  throw invalid("This DynamoDB does not serve ReturnItemCollectionMetrics: SIZE.");
}

function isEmpty(item: Item): boolean {
  for (const _ in item) return false;
  return true;
}
