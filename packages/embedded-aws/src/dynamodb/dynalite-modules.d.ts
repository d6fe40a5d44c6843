// dynalite has no types. Its HTTP front is left out: the gateway has read and parsed the request already.

declare module "dynalite/db/index.js" {
  export interface Store {
    readonly options: { readonly createTableMs: number };
    readonly db: { open: () => Promise<void>; close: () => Promise<void> };
    readonly tableDb: { put: (key: string, table: unknown, done: (error: Error | null) => void) => void };
    getTable: (name: string, checkStatus: boolean, done: (error: Error | null, table?: Table) => void) => void;
    getItemDb: (table: string) => { createValueStream: (options: object) => AsyncIterable<Item> };
  }
  export interface Table {
    readonly TableName: string;
    readonly KeySchema: readonly { AttributeName: string; KeyType: string }[];
    AttributeDefinitions: readonly { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: readonly TableIndex[];
  }
  export interface TableIndex {
    readonly IndexName: string;
    readonly KeySchema: readonly { AttributeName: string; KeyType: string }[];
    readonly Projection: object;
  }
  export type Item = Readonly<Record<string, unknown>>;
  interface Database {
    create: (options: { path?: string; createTableMs: number; deleteTableMs: number; updateTableMs: number }) => Store;
    updateIndexes: (
      store: Store,
      table: Table,
      old: Item | null,
      item: Item,
      done: (error?: Error | null) => void,
    ) => void;
  }
  const database: Database;
  export default database;
}

declare module "dynalite/validations/index.js" {
  interface Validations {
    checkTypes: (data: unknown, types: unknown) => unknown;
    checkValidations: (data: unknown, types: unknown, custom: unknown, store: unknown) => void;
  }
  const validations: Validations;
  export default validations;
}
