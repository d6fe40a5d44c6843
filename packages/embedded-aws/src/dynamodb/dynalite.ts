import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import dynalite from "dynalite/db/index.js";
import type { Store, Table } from "dynalite/db/index.js";
import validations from "dynalite/validations/index.js";
import * as z from "zod";
import { ACCOUNT, REGION } from "../types.ts";
import type { AwsResponse, AwsService, DeployedResource } from "../types.ts";
import { isRecord, messageOf, parseJson } from "../values.ts";

/** The tables of a run. */
export interface DynamoDb {
  readonly service: AwsService;
  /** Creates a table, or gives an existing one the indexes that its template has now. Items stay. */
  readonly deploy: (resource: DeployedResource) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type Action = (store: Store, data: unknown, done: (error: unknown, result?: unknown) => void) => void;

interface Operation {
  readonly run: Action;
  readonly types: unknown;
  readonly custom: unknown;
}

/** What dynalite serves; transactions are not among it. */
const OPERATIONS = new Set(
  (
    "BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable GetItem ListTables PutItem Query Scan " +
    "TagResource UntagResource ListTagsOfResource UpdateItem UpdateTable"
  ).split(" "),
);

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const attributes = z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() }));
const Projection = z.object({
  ProjectionType: z.string().optional(),
  NonKeyAttributes: z.array(z.string()).optional(),
});

const TableSchema = z.object({
  AttributeDefinitions: attributes,
  KeySchema: KeySchema,
  GlobalSecondaryIndexes: z
    .array(z.object({ IndexName: z.string(), KeySchema: KeySchema, Projection: Projection }))
    .optional(),
  LocalSecondaryIndexes: z
    .array(z.object({ IndexName: z.string(), KeySchema: KeySchema, Projection: Projection }))
    .optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: z.coerce.boolean() }).optional(),
});

const require = createRequire(import.meta.url);

/**
 * DynamoDB on dynalite, in memory or, given a directory, in a LevelDB there. Items that are past their time to live are
 * not deleted: AWS promises that within days only, so readers must filter anyway.
 * @throws Error in one line for a directory that another run has open
 */
export async function startDynamoDb(data: string | undefined): Promise<DynamoDb> {
  const store = dynalite.create({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(data !== undefined && { path: data }),
  });
  await store.db.open().catch((error: unknown) => {
    throw new Error(`The tables in ${data} can't be opened. Does another run use them?`, { cause: error });
  });
  // Otherwise the environment of whoever starts the run decides what ARNs say.
  Object.assign(store.tableDb, { awsAccountId: ACCOUNT, awsRegion: REGION });
  const operations = new Map<string, Operation>();
  const timeToLive = new Map<string, string>();

  function operation(name: string): Operation {
    let found = operations.get(name);
    if (!found) {
      const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      const run: Action = require(`dynalite/actions/${file}`);
      const { types, custom }: { types: unknown; custom: unknown } = require(`dynalite/validations/${file}`);
      found = { run, types, custom };
      operations.set(name, found);
    }
    return found;
  }

  /** Runs an operation as dynalite's own HTTP front would. Rejects with what carries `statusCode` and `body`. */
  function run(name: string, input: unknown): Promise<unknown> {
    const { run: action, types, custom } = operation(name);
    const checked = validations.checkTypes(input, types);
    validations.checkValidations(checked, types, custom, store);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    action(store, checked, (error, result) => (error ? reject(asError(error)) : resolve(result)));
    return promise;
  }

  const getTable = (name: string): Promise<Table | undefined> => promisify(store.getTable)(name, false);

  async function describe(name: string, input: Record<string, unknown>): Promise<unknown> {
    const tableName = String(input["TableName"]);
    await getTable(tableName);
    switch (name) {
      case "UpdateTimeToLive": {
        const { TimeToLiveSpecification } = TableSchema.pick({ TimeToLiveSpecification: true }).parse(input);
        setTimeToLive(tableName, TimeToLiveSpecification);
        return { TimeToLiveSpecification };
      }
      case "DescribeTimeToLive": {
        const AttributeName = timeToLive.get(tableName);
        const TimeToLiveStatus = AttributeName === undefined ? "DISABLED" : "ENABLED";
        return { TimeToLiveDescription: { TimeToLiveStatus, ...(AttributeName !== undefined && { AttributeName }) } };
      }
      default:
        return {
          ContinuousBackupsDescription: {
            ContinuousBackupsStatus: "ENABLED",
            PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
          },
        };
    }
  }

  function setTimeToLive(table: string, specification: z.infer<typeof TableSchema>["TimeToLiveSpecification"]): void {
    if (specification?.Enabled && specification.AttributeName !== undefined)
      timeToLive.set(table, specification.AttributeName);
    else timeToLive.delete(table);
  }

  const service: AwsService = async ({ operation: name, body }) => {
    const input = parseJson(body.toString());
    if (!isRecord(input)) return answer(400, { __type: "com.amazon.coral.service#SerializationException" });
    try {
      if (name !== null && OPERATIONS.has(name)) return answer(200, await run(name, input));
      if (name !== null && /^(UpdateTimeToLive|DescribeTimeToLive|DescribeContinuousBackups)$/.test(name)) {
        return answer(200, await describe(name, input));
      }
    } catch (error) {
      return failure(error);
    }
    const message = `The local DynamoDB does not serve ${name ?? "this request"}.`;
    return answer(400, { __type: "com.amazon.coral.service#UnknownOperationException", message });
  };

  const deploy = async ({ physicalId: TableName, properties }: DeployedResource): Promise<void> => {
    const { TimeToLiveSpecification, ...wanted } = TableSchema.parse(properties);
    setTimeToLive(TableName, TimeToLiveSpecification);
    const existing = await getTable(TableName).catch(() => undefined);
    if (existing) return addIndexes(store, existing, wanted);
    await run("CreateTable", { TableName, BillingMode: "PAY_PER_REQUEST", ...wanted });
    // dynalite makes a table active in a timer, even one of 0 ms.
    while (!isActive(await getTable(TableName))) await pause(1);
  };

  return { service, deploy, stop: () => store.db.close() };
}

/** Adds what indexes a table lacks, filled from its items; dynalite's UpdateTable cannot. */
async function addIndexes(
  store: Store,
  table: Table,
  wanted: Pick<z.infer<typeof TableSchema>, "AttributeDefinitions" | "GlobalSecondaryIndexes">,
): Promise<void> {
  const present = new Set((table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName));
  const missing = (wanted.GlobalSecondaryIndexes ?? []).filter(({ IndexName }) => !present.has(IndexName));
  if (missing.length === 0) return;
  const added: readonly object[] = missing.map((index) => ({ ...index, IndexStatus: "ACTIVE" }));
  const { AttributeDefinitions } = wanted;
  const updateIndexes = promisify(dynalite.updateIndexes);
  for await (const item of store.getItemDb(table.TableName).createValueStream({})) {
    await updateIndexes(store, { ...table, AttributeDefinitions, GlobalSecondaryIndexes: missing }, null, item);
  }
  const put = promisify(store.tableDb.put);
  const GlobalSecondaryIndexes = [...(table.GlobalSecondaryIndexes ?? []), ...added];
  await put(table.TableName, { ...table, AttributeDefinitions, GlobalSecondaryIndexes });
}

function isActive(table: unknown): boolean {
  return isRecord(table) && table["TableStatus"] === "ACTIVE";
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** dynalite's errors carry their answer; anything else is a fault of the emulation, which SDKs may try again. */
function failure(error: unknown): AwsResponse {
  if (error instanceof Error && "statusCode" in error && "body" in error)
    return answer(Number(error.statusCode), error.body);
  const message = messageOf(error);
  return answer(500, { __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message });
}

function answer(status: number, body: unknown): AwsResponse {
  return { status, headers: { "content-type": "application/x-amz-json-1.0" }, body: JSON.stringify(body) };
}
