import * as z from "zod";
import { constraint, invalid } from "./errors.ts";
import type { KeyAttribute, KeySchema } from "./keys.ts";
import { LIMITS } from "./limits.ts";

const KeyElements = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));

const Projection = z.object({
  ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]).optional(),
  NonKeyAttributes: z.array(z.string()).optional(),
});

const Index = z.object({ IndexName: z.string(), KeySchema: KeyElements, Projection });

/** Text as templates have it, or a number as requests do. */
const Units = z.object({ ReadCapacityUnits: z.coerce.number().int(), WriteCapacityUnits: z.coerce.number().int() });

const GlobalIndex = Index.extend({ ProvisionedThroughput: Units.optional() });

/** What CreateTable takes, of which the rest works alike for a request and a template. */
export const TableProps = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) })),
  KeySchema: KeyElements,
  GlobalSecondaryIndexes: z.array(GlobalIndex).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
  BillingMode: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]).optional(),
  ProvisionedThroughput: Units.optional(),
  DeletionProtectionEnabled: z.stringbool().or(z.boolean()).optional(),
});

/** What of a table is told by its creator. */
export type TableProps = z.infer<typeof TableProps>;

/** An index, as it is described. */
export type IndexProps = z.infer<typeof GlobalIndex>;

/** A table's definition, as it is kept. */
export const TableDefinition = TableProps.extend({
  TableName: z.string(),
  TableId: z.string(),
  /** Seconds since 1970. */
  CreationDateTime: z.number(),
  /** The attribute with the second in which an item ends. */
  timeToLive: z.string().optional(),
  tags: z.record(z.string(), z.string()),
  pointInTimeRecovery: z.boolean(),
});

/** A table's definition, as it is kept. */
export type TableDefinition = z.infer<typeof TableDefinition>;

/** CreateTable's index of UpdateTable. */
export const IndexUpdates = z.array(
  z.object({
    Create: GlobalIndex.optional(),
    Delete: z.object({ IndexName: z.string() }).optional(),
    Update: z.object({ IndexName: z.string(), ProvisionedThroughput: Units.optional() }).optional(),
  }),
);

/**
 * Parses a table's properties.
 * @throws ServiceError in the words of the service for the first thing that is wrong
 */
export function parseWith<T>(schema: z.ZodType<T>, input: unknown): T {
  const { data, error } = schema.safeParse(input);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const path = (issue?.path ?? []).map((step) =>
    typeof step === "number" ? `${step + 1}.member` : decapitalized(String(step)),
  );
  let value = input;
  for (const step of issue?.path ?? []) value = Object(value)[step];
  throw constraint(value === undefined ? undefined : JSON.stringify(value), path.join("."), issue?.message ?? "");
}

/** The attributes of a key. @throws ServiceError for a key of another shape, or of attributes that are not defined */
export function keySchemaOf(
  elements: TableProps["KeySchema"],
  definitions: TableProps["AttributeDefinitions"],
): KeySchema {
  const [first, second] = elements;
  if (first?.KeyType !== "HASH") {
    throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  if (elements.length > 2)
    throw constraint(JSON.stringify(elements), "keySchema", "Member must have length less than or equal to 2");
  if (second !== undefined && second.KeyType !== "RANGE") {
    throw invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
  if (second !== undefined && second.AttributeName === first.AttributeName) {
    throw invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  const attributeOf = (name: string): KeyAttribute => {
    const type = definitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    if (type !== undefined) return { name, type };
    const defined = definitions.map(({ AttributeName }) => AttributeName).join(", ");
    throw invalid(
      "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. " +
        `Keys: [${name}], AttributeDefinitions: [${defined}]`,
    );
  };
  return { hash: attributeOf(first.AttributeName), range: second && attributeOf(second.AttributeName) };
}

/** Refuses a definition that contradicts itself. @throws ServiceError */
export function checkDefinition(table: TableProps): void {
  const globals = table.GlobalSecondaryIndexes ?? [];
  const locals = table.LocalSecondaryIndexes ?? [];
  const key = keySchemaOf(table.KeySchema, table.AttributeDefinitions);
  const used = new Set(table.KeySchema.map(({ AttributeName }) => AttributeName));
  const names = new Set<string>();
  for (const index of [...globals, ...locals]) {
    checkIndex(index, table);
    if (names.has(index.IndexName)) {
      throw invalid(`One or more parameter values were invalid: Duplicate index name: ${index.IndexName}`);
    }
    names.add(index.IndexName);
    for (const { AttributeName } of index.KeySchema) used.add(AttributeName);
  }
  for (const index of locals) {
    const own = keySchemaOf(index.KeySchema, table.AttributeDefinitions);
    if (key.range === undefined) {
      throw invalid(
        "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
      );
    }
    if (own.hash.name !== key.hash.name) {
      throw invalid(
        `One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.IndexName}. index hash key: ${own.hash.name}, table hash key: ${key.hash.name}`,
      );
    }
    if (own.range === undefined) {
      throw invalid(
        `One or more parameter values were invalid: Index KeySchema does not have a range key for index: ${index.IndexName}`,
      );
    }
  }
  if (globals.length > LIMITS.globalIndexes || locals.length > LIMITS.localIndexes) {
    const [kind, limit] =
      globals.length > LIMITS.globalIndexes ? ["Global", LIMITS.globalIndexes] : ["Local", LIMITS.localIndexes];
    throw invalid(
      `One or more parameter values were invalid: ${kind}SecondaryIndex count exceeds the per-table limit of ${limit}`,
    );
  }
  if (used.size !== table.AttributeDefinitions.length) {
    throw invalid(
      "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );
  }
}

function checkIndex({ IndexName, KeySchema, Projection }: IndexProps, table: TableProps): void {
  checkName("indexName", IndexName);
  keySchemaOf(KeySchema, table.AttributeDefinitions);
  const { ProjectionType, NonKeyAttributes } = Projection;
  if (ProjectionType === undefined)
    throw invalid("One or more parameter values were invalid: Unknown ProjectionType: null");
  if (ProjectionType === "INCLUDE" && NonKeyAttributes === undefined) {
    throw invalid(
      "One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    );
  }
  if (ProjectionType !== "INCLUDE" && NonKeyAttributes !== undefined) {
    throw invalid(
      `One or more parameter values were invalid: ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`,
    );
  }
}

/** Refuses a name that no table or index may have. @throws ServiceError */
export function checkName(parameter: string, name: unknown): string {
  if (typeof name !== "string") throw constraint(undefined, parameter, "Member must not be null");
  if (name.length < 3) throw constraint(name, parameter, "Member must have length greater than or equal to 3");
  if (name.length > 255) throw constraint(name, parameter, "Member must have length less than or equal to 255");
  if (/^[a-zA-Z0-9_.-]+$/.test(name)) return name;
  throw constraint(name, parameter, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
}

function decapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
