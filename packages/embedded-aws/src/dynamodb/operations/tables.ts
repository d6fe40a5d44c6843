import { ServiceError } from "../../json-service.ts";
import type { Operation } from "../context.ts";
import { TableProps, checkName, parseWith } from "../definition.ts";
import { describeTable } from "../describe.ts";
import { invalid, notFound } from "../errors.ts";
import { accept, integer, namesOf, optionalText } from "../parameters.ts";
import { tagsOf } from "./tags.ts";

const CREATE = namesOf(
  "TableName AttributeDefinitions KeySchema GlobalSecondaryIndexes LocalSecondaryIndexes BillingMode " +
    "ProvisionedThroughput DeletionProtectionEnabled Tags SSESpecification TableClass",
);
const ONE = namesOf("TableName");

/** CreateTable: the table is active at once. */
export const createTable: Operation = ({ tables }, input) => {
  accept("CreateTable", input, CREATE);
  const name = checkName("tableName", input["TableName"]);
  const props = parseWith(TableProps, input);
  if (tables.find(name) !== undefined) {
    throw new ServiceError("ResourceInUseException", `Table already exists: ${name}`);
  }
  const provisioned = (props.BillingMode ?? "PROVISIONED") === "PROVISIONED";
  if (provisioned && props.ProvisionedThroughput === undefined) {
    throw invalid(
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  if (!provisioned && props.ProvisionedThroughput !== undefined) {
    throw invalid(
      "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  const BillingMode = props.BillingMode ?? "PROVISIONED";
  const table = tables.create(name, { ...props, BillingMode }, { tags: tagsOf(input["Tags"] ?? []) });
  return { TableDescription: describeTable(table) };
};

/** DeleteTable. */
export const deleteTable: Operation = ({ tables }, input) => {
  accept("DeleteTable", input, ONE);
  const table = tables.of(input);
  if (table.definition.DeletionProtectionEnabled === true) {
    throw invalid(
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
  }
  const TableDescription = describeTable(table, "DELETING");
  tables.remove(table);
  return { TableDescription };
};

/** DescribeTable. */
export const describe: Operation = ({ tables }, input) => {
  accept("DescribeTable", input, ONE);
  const name = optionalText(input, "TableName");
  const table = name === undefined ? tables.of(input) : tables.find(name);
  if (table === undefined) {
    checkName("tableName", name);
    throw notFound(`Requested resource not found: Table: ${name} not found`);
  }
  return { Table: describeTable(table) };
};

/** ListTables, by name. */
export const listTables: Operation = ({ tables }, input) => {
  accept("ListTables", input, namesOf("ExclusiveStartTableName Limit"));
  const limit = integer(input, "Limit", 1, 100) ?? 100;
  const start = optionalText(input, "ExclusiveStartTableName") ?? "";
  const names = tables.names().filter((name) => name > start);
  const TableNames = names.slice(0, limit);
  const last = TableNames.at(-1);
  return { TableNames, ...(names.length > limit && last !== undefined && { LastEvaluatedTableName: last }) };
};
