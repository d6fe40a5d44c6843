import { arnOf } from "./tables.ts";
import type { Table } from "./table.ts";
import { type SecondaryIndex, projectedBytes } from "./secondary-index.ts";
import type { IndexProps, TableDefinition } from "./definition.ts";

/** A table as DescribeTable shows it. Counts are of now, where AWS's are hours old. */
export function describeTable(table: Table, TableStatus = "ACTIVE"): object {
  const definition = table.definition;
  const { TableName, GlobalSecondaryIndexes: globals, LocalSecondaryIndexes: locals } = definition;
  const onDemand = definition.BillingMode !== "PROVISIONED";
  return {
    AttributeDefinitions: definition.AttributeDefinitions,
    TableName,
    KeySchema: definition.KeySchema,
    TableStatus,
    CreationDateTime: definition.CreationDateTime,
    ProvisionedThroughput: throughput(definition.ProvisionedThroughput),
    TableSizeBytes: table.bytes,
    ItemCount: table.count,
    TableArn: arnOf(TableName),
    TableId: definition.TableId,
    ...(onDemand && {
      BillingModeSummary: {
        BillingMode: "PAY_PER_REQUEST",
        LastUpdateToPayPerRequestDateTime: definition.CreationDateTime,
      },
    }),
    ...(locals && { LocalSecondaryIndexes: locals.map((index) => describeIndex(table, index, false)) }),
    ...(globals && { GlobalSecondaryIndexes: globals.map((index) => describeIndex(table, index, true)) }),
    DeletionProtectionEnabled: definition.DeletionProtectionEnabled ?? false,
  };
}

function describeIndex(table: Table, { ProvisionedThroughput, ...props }: IndexProps, global: boolean): object {
  const index = table.indexes.find(({ name }) => name === props.IndexName);
  const { count, bytes } = index === undefined ? { count: 0, bytes: 0 } : totals(index);
  return {
    ...props,
    ...(global && { IndexStatus: "ACTIVE", ProvisionedThroughput: throughput(ProvisionedThroughput) }),
    IndexSizeBytes: bytes,
    ItemCount: count,
    IndexArn: `${arnOf(table.definition.TableName)}/index/${props.IndexName}`,
  };
}

function totals(index: SecondaryIndex): { readonly count: number; readonly bytes: number } {
  let count = 0;
  let bytes = 0;
  index.places.walk(undefined, undefined, false, ({ entry }) => {
    count++;
    bytes += projectedBytes(index, entry);
    return true;
  });
  return { count, bytes };
}

function throughput(units: TableDefinition["ProvisionedThroughput"]): object {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0, ...units };
}
