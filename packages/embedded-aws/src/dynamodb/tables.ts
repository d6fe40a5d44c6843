import { randomUUID } from "node:crypto";
import type { Input } from "../json-service.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import { readable } from "../storage/readable.ts";
import type { Collection, Storage, Stored } from "../storage/storage.ts";
import { checkItem } from "./check.ts";
import { TableDefinition, type TableProps, checkDefinition, checkName } from "./definition.ts";
import { constraint, notFound } from "./errors.ts";
import { Table } from "./table.ts";

/** All tables, and where they are kept. */
export interface Tables {
  /** The table of this name. @throws ServiceError where there is none */
  readonly get: (name: string) => Table;
  readonly find: (name: string) => Table | undefined;
  /** The table that a request names, by its name or ARN. @throws ServiceError */
  readonly of: (input: Input) => Table;
  readonly names: () => readonly string[];
  readonly all: () => Iterable<Table>;
  /** @throws ServiceError for properties that contradict each other */
  readonly create: (name: string, props: TableProps, more?: Partial<TableDefinition>) => Table;
  readonly redefine: (table: Table, change: Partial<TableDefinition>) => void;
  readonly remove: (table: Table) => void;
}

const ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/`;

/** The ARN of a table. */
export function arnOf(table: string): string {
  return ARN + table;
}

/** The name of the table that a name or an ARN stands for. */
export function tableNameOf(nameOrArn: string): string {
  return nameOrArn.startsWith(ARN) ? nameOrArn.slice(ARN.length) : nameOrArn;
}

/** Loads the tables that an earlier run left. @param now milliseconds since 1970 */
export function loadTables(storage: Storage, now: () => number): Tables {
  const kept = storage.collection("dynamodb/tables");
  const tables = new Map<string, Table>();
  const collections = new Map<string, Collection>();

  const itemsOf = (name: string): Collection => {
    let collection = collections.get(name);
    if (collection === undefined) collections.set(name, (collection = storage.collection(`dynamodb/items/${name}`)));
    return collection;
  };
  const read = (text: Stored): TableDefinition => TableDefinition.parse(JSON.parse(String(text)));
  for (const [name, definition] of readable("dynamodb/tables", kept, read)) {
    const items = itemsOf(name);
    const left = readable(`dynamodb/items/${name}`, items, (text) => checkItem(JSON.parse(String(text))));
    tables.set(name, new Table(definition, items, left));
  }

  const get = (name: string): Table => {
    const table = tables.get(name);
    if (table !== undefined) return table;
    throw notFound("Requested resource not found");
  };
  const of = (input: Input): Table => {
    const name = input["TableName"];
    const found = typeof name === "string" ? tables.get(name) : undefined;
    if (found !== undefined) return found;
    if (typeof name !== "string") throw constraint(undefined, "tableName", "Member must not be null");
    return get(checkName("tableName", tableNameOf(name)));
  };
  const create = (name: string, props: TableProps, more: Partial<TableDefinition> = {}): Table => {
    checkDefinition(props);
    const fresh = { TableName: name, TableId: randomUUID(), CreationDateTime: now() / 1_000 };
    const definition: TableDefinition = { ...props, ...fresh, tags: {}, pointInTimeRecovery: false, ...more };
    const table = new Table(definition, itemsOf(name));
    tables.set(name, table);
    kept.put(name, JSON.stringify(definition));
    return table;
  };
  const redefine = (table: Table, change: Partial<TableDefinition>): void => {
    const definition: TableDefinition = { ...table.definition, ...change };
    checkDefinition(definition);
    table.redefine(definition);
    kept.put(definition.TableName, JSON.stringify(definition));
  };
  const remove = (table: Table): void => {
    const { TableName } = table.definition;
    table.drop();
    tables.delete(TableName);
    kept.remove(TableName);
    table.listeners.clear();
  };
  return {
    get,
    of,
    create,
    redefine,
    remove,
    find: (name) => tables.get(name),
    names: () => [...tables.keys()].toSorted(),
    all: () => tables.values(),
  };
}
