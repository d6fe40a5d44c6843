import type { Input } from "../../json-service.ts";
import { Binding } from "../binding.ts";
import { Meter, wantedCapacity } from "../capacity.ts";
import type { Operation } from "../context.ts";
import { invalid } from "../errors.ts";
import { HASHES } from "../keys.ts";
import { LIMITS } from "../limits.ts";
import { accept, integer, namesOf } from "../parameters.ts";
import type { Bound } from "../sorted.ts";
import { pickingOf, readPage, sourceOf, startOf } from "./reading.ts";

const NAMES = namesOf(
  "TableName IndexName ConsistentRead ExclusiveStartKey ExpressionAttributeNames ExpressionAttributeValues " +
    "FilterExpression Limit ProjectionExpression ReturnConsumedCapacity Segment Select TotalSegments",
);

/** Scan. */
export const scan: Operation = ({ tables, expressions }, input) => {
  accept("Scan", input, NAMES);
  const source = sourceOf(tables.of(input), input);
  const binding = new Binding(input, expressions);
  const filter = binding.filter();
  const pick = pickingOf(source, input, binding);
  binding.finish();
  const limit = integer(input, "Limit", 1, 2 ** 31 - 1);
  const segment = segmentOf(input);
  const start = startOf(source, input);
  if (start !== undefined && !isWithin(start.hash, segment)) {
    throw invalid(
      "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment.",
    );
  }
  const from = start === undefined ? atHash(segment[0]) : { at: start, depth: 3 as const, after: true };
  const meter = new Meter(wantedCapacity(input));
  return readPage({ source, from, to: atHash(segment[1]), backward: false, limit, filter, pick }, binding, meter);
};

/** The hashes of a segment, the last not included. */
function segmentOf(input: Input): readonly [number, number] {
  const total = integer(input, "TotalSegments", 1, LIMITS.segments);
  const segment = integer(input, "Segment", 0, LIMITS.segments - 1);
  if (total === undefined && segment === undefined) return [0, HASHES];
  if (total === undefined) {
    throw invalid(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  }
  if (segment === undefined) {
    throw invalid(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  }
  if (segment >= total) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return [Math.ceil((segment * HASHES) / total), Math.ceil(((segment + 1) * HASHES) / total)];
}

function atHash(hash: number): Bound {
  return { at: { hash, partition: "", sort: "", tie: "" }, depth: 0, after: false };
}

function isWithin(hash: number, [from, to]: readonly [number, number]): boolean {
  return hash >= from && hash < to;
}
