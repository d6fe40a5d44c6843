import { ServiceError } from "../../json-service.ts";
import type { Operation } from "../context.ts";
import { type IndexProps, IndexUpdates, type TableDefinition, TableProps, parseWith } from "../definition.ts";
import { describeTable } from "../describe.ts";
import { invalid, notFound } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { accept, namesOf } from "../parameters.ts";
import type * as z from "zod";

const NAMES = namesOf(
  "TableName AttributeDefinitions BillingMode ProvisionedThroughput GlobalSecondaryIndexUpdates DeletionProtectionEnabled",
);

/** UpdateTable: an index that is created is filled at once. */
export const updateTable: Operation = ({ tables }, input) => {
  accept("UpdateTable", input, NAMES);
  const table = tables.of(input);
  const { definition } = table;
  const {
    AttributeDefinitions = [],
    BillingMode,
    ProvisionedThroughput,
    DeletionProtectionEnabled,
  } = parseWith(TableProps.partial(), { ...input, GlobalSecondaryIndexUpdates: undefined });
  const updates = parseWith(IndexUpdates, input["GlobalSecondaryIndexUpdates"] ?? []);
  const indexes = updatedIndexes(definition, updates);
  tables.redefine(table, {
    AttributeDefinitions: usedDefinitions(definition, indexes, AttributeDefinitions),
    GlobalSecondaryIndexes: indexes.length > 0 ? indexes : undefined,
    ...(BillingMode !== undefined && { BillingMode }),
    ...(ProvisionedThroughput !== undefined && { ProvisionedThroughput }),
    ...(DeletionProtectionEnabled !== undefined && { DeletionProtectionEnabled }),
  });
  return { TableDescription: describeTable(table) };
};

function updatedIndexes(definition: TableDefinition, updates: z.infer<typeof IndexUpdates>): IndexProps[] {
  if (updates.filter(({ Update }) => Update === undefined).length > 1) {
    const rule = "Only 1 online index can be created or deleted simultaneously per table";
    throw new ServiceError("LimitExceededException", `Subscriber limit exceeded: ${rule}`);
  }
  const indexes = new Map((definition.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  for (const { Create, Delete, Update } of updates) {
    const name = (Create ?? Delete ?? Update)?.IndexName ?? "";
    if (Create !== undefined) {
      if (indexes.has(name)) throw invalid(`One or more parameter values were invalid: Index ${name} already exists`);
      indexes.set(name, Create);
      continue;
    }
    if (!indexes.has(name)) {
      throw notFound(`Requested resource not found: Table: ${definition.TableName} index: ${name} not found`);
    }
    if (Delete !== undefined) indexes.delete(name);
  }
  if (indexes.size > LIMITS.globalIndexes) {
    const rule = `GlobalSecondaryIndex count exceeds the per-table limit of ${LIMITS.globalIndexes}`;
    throw new ServiceError("LimitExceededException", rule);
  }
  return [...indexes.values()];
}

/** The attributes that some key uses: those that are told twice count once, those of a deleted index go. */
function usedDefinitions(
  { AttributeDefinitions, KeySchema, LocalSecondaryIndexes = [] }: TableDefinition,
  indexes: readonly IndexProps[],
  given: TableDefinition["AttributeDefinitions"],
): TableDefinition["AttributeDefinitions"] {
  const keys = [KeySchema, ...[...indexes, ...LocalSecondaryIndexes].map((index) => index.KeySchema)];
  const used = new Set(keys.flat().map(({ AttributeName }) => AttributeName));
  const all = [...AttributeDefinitions, ...given].filter(({ AttributeName }) => used.has(AttributeName));
  return [...new Map(all.map((definition) => [definition.AttributeName, definition])).values()];
}
