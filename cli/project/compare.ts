import * as z from "zod";
import { CREATE_ONLY } from "./create-only.ts";

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});

/** As much of a CloudFormation template as is compared. */
export const Template = z.looseObject({ Resources: z.record(z.string(), Resource).default({}) });
export type Template = z.output<typeof Template>;

/** What a deployment does to one resource. */
export interface Change {
  readonly kind: "added" | "removed" | "changed" | "replaced";
  readonly id: string;
  readonly type: string;
  /** The properties that differ; of a replacement those that it is for. */
  readonly properties: readonly string[];
  /** Whether what it holds is lost: messages, records, objects. */
  readonly losesData: boolean;
}

/** Types that hold what no deployment brings back. */
const HOLDS_DATA = new Set([
  "AWS::DynamoDB::Table",
  "AWS::KMS::Key",
  "AWS::Logs::LogGroup",
  "AWS::S3::Bucket",
  "AWS::SQS::Queue",
  "AWS::Scheduler::ScheduleGroup",
]);

/** What deploying `next` over `now` does, replacements and removals first. */
export function compareTemplates(now: Template, next: Template): Change[] {
  const ids = new Set([...Object.keys(now.Resources), ...Object.keys(next.Resources)]);
  const changes = [...ids].flatMap((id) => changeOf(id, now.Resources[id], next.Resources[id]));
  const order = ["replaced", "removed", "changed", "added"];
  return changes.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.id < b.id ? -1 : 1));
}

type Found = z.output<typeof Resource> | undefined;

function changeOf(id: string, before: Found, after: Found): Change[] {
  if (before === undefined) return after === undefined ? [] : [change("added", id, after.Type, [], false)];
  if (after === undefined) return [change("removed", id, before.Type, [], loses(before))];
  if (before.Type !== after.Type) return [change("replaced", id, after.Type, ["Type"], loses(before))];
  const keys = new Set([...Object.keys(before.Properties), ...Object.keys(after.Properties)]);
  const differing = [...keys].filter((key) => !same(before.Properties[key], after.Properties[key])).toSorted();
  if (differing.length === 0) return [];
  const fixed = differing.filter((key) => CREATE_ONLY[after.Type]?.includes(key) === true);
  return fixed.length === 0
    ? [change("changed", id, after.Type, differing, false)]
    : [change("replaced", id, after.Type, fixed, loses(before))];
}

function change(
  kind: Change["kind"],
  id: string,
  type: string,
  properties: readonly string[],
  losesData: boolean,
): Change {
  return { kind, id, type, properties, losesData };
}

function loses({ Type, DeletionPolicy = "Delete" }: NonNullable<Found>): boolean {
  return HOLDS_DATA.has(Type) && !DeletionPolicy.startsWith("Retain");
}

/** The order of keys says nothing; that of lists does. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
