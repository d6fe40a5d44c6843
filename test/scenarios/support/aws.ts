import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  paginateScan,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  paginateListExecutions,
  ListStateMachinesCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SQSClient,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";

/** The stage that scenarios run on. */
const PREFIX = "celeriac-local";

const Parameters = z.object({
  QueueUrl: z.string(),
  MessageBody: z.looseObject({ op: z.string(), token: z.string().optional(), id: z.string() }),
});

/** A message that a state machine sent: `body` has the token of the state that waits, where one does. */
export interface Sent {
  readonly queueUrl: string;
  readonly body: z.infer<typeof Parameters>["MessageBody"];
}

/** An execution of one of the machines of canvases. */
export interface Execution {
  readonly arn: string;
  readonly kind: string;
  readonly status: string;
  readonly name: string;
}

/** The AWS behind the API, as an operator reaches it. */
export class Aws {
  /** Where its services answer. */
  readonly url: string;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly #dynamo: DynamoDBClient;
  readonly #scheduler: SchedulerClient;

  constructor(endpoint: string) {
    this.url = endpoint;
    const options = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    this.sfn = new SFNClient(options);
    this.sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
    this.#dynamo = new DynamoDBClient(options);
    this.#scheduler = new SchedulerClient(options);
  }

  /** An item of the table, or null. */
  async item(id: string): Promise<Record<string, unknown> | null> {
    const { Item } = await this.#dynamo.send(
      new GetItemCommand({ TableName: PREFIX, Key: marshall({ id }), ConsistentRead: true }),
    );
    return Item === undefined ? null : unmarshall(Item);
  }

  /** Takes an item out of the table. */
  async deleteItem(id: string): Promise<void> {
    await this.#dynamo.send(new DeleteItemCommand({ TableName: PREFIX, Key: marshall({ id }) }));
  }

  /** Sets attributes of an item: to what they were before a write, or will be when time has passed. */
  async setAttributes(id: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(values);
    await this.#dynamo.send(
      new UpdateItemCommand({
        TableName: PREFIX,
        Key: marshall({ id }),
        UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        ExpressionAttributeValues: marshall(
          Object.fromEntries(names.map((name, index) => [`:v${index}`, values[name]])),
        ),
      }),
    );
  }

  /** Has the time be over for which requests keep their Idempotency-Keys to themselves. */
  async endIdempotencyLeases(): Promise<void> {
    for await (const { id } of this.scan())
      if (String(id).startsWith("idempotency#")) await this.setAttributes(String(id), { lease: 0 });
  }

  /** Has the leases of all attempts be over, as if their time had passed. */
  async expireLeases(): Promise<void> {
    const pages = paginateScan(
      { client: this.#dynamo },
      {
        TableName: PREFIX,
        FilterExpression: "attribute_exists(lease) AND #kind = :task",
        ExpressionAttributeNames: { "#kind": "kind" },
        ExpressionAttributeValues: marshall({ ":task": "task" }),
      },
    );
    for await (const page of pages)
      for (const item of page.Items ?? []) await this.#expireLease(z.string().parse(unmarshall(item)["id"]));
  }

  async #expireLease(id: string): Promise<void> {
    try {
      await this.#dynamo.send(
        new UpdateItemCommand({
          TableName: PREFIX,
          Key: marshall({ id }),
          // Nor does an attempt count as lost by it: a task that loses three is given up.
          UpdateExpression: "SET lease = :over, lost = :over",
          ConditionExpression: "attribute_exists(lease)",
          ExpressionAttributeValues: marshall({ ":over": 0 }),
        }),
      );
    } catch (error) {
      // The attempt has ended meanwhile.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /** All items of the table. */
  async *scan(): AsyncGenerator<Record<string, unknown>> {
    for await (const page of paginateScan({ client: this.#dynamo }, { TableName: PREFIX }))
      for (const item of page.Items ?? []) yield unmarshall(item);
  }

  /** How many items the table has, those aside that sum up hours. */
  async items(): Promise<number> {
    const pages = paginateScan(
      { client: this.#dynamo },
      {
        TableName: PREFIX,
        Select: "COUNT",
        FilterExpression: "attribute_not_exists(#kind) OR #kind <> :stats",
        ExpressionAttributeNames: { "#kind": "kind" },
        ExpressionAttributeValues: marshall({ ":stats": "stats" }),
      },
    );
    let count = 0;
    for await (const page of pages) count += page.Count ?? 0;
    return count;
  }

  /** The URL of a module's queue. */
  async queueUrl(module: string): Promise<string> {
    const { QueueUrl } = await this.sqs.send(new GetQueueUrlCommand({ QueueName: `${PREFIX}-${module}` }));
    return QueueUrl ?? "";
  }

  /** Sends a message to a module's queue. */
  async send(module: string, body: unknown): Promise<void> {
    await this.sqs.send(
      new SendMessageCommand({ QueueUrl: await this.queueUrl(module), MessageBody: JSON.stringify(body) }),
    );
  }

  /** Has the sweep look now, which does so every ten minutes, at every submission that has not ended, however new. */
  async sweep(): Promise<void> {
    await this.send("canvas", { op: "sweep", grace: 0 });
  }

  /** Drops all that waits in a module's queue. */
  async purge(module: string): Promise<void> {
    await this.sqs.send(new PurgeQueueCommand({ QueueUrl: await this.queueUrl(module) }));
  }

  /** The names of the messages that wait in Scheduler. */
  async schedules(): Promise<string[]> {
    const { Schedules = [] } = await this.#scheduler.send(new ListSchedulesCommand({ GroupName: PREFIX }));
    // Those of periodic tasks are deployed: their names begin with the task's, with a dot.
    return Schedules.flatMap(({ Name = "" }) => (Name.includes(".") ? [] : [Name]));
  }

  /** Makes a schedule as the stacks make those of periodic tasks. */
  async schedule(name: string, expression: string, module: string, input: string): Promise<void> {
    await this.#scheduler.send(
      new CreateScheduleCommand({
        Name: name,
        GroupName: PREFIX,
        ScheduleExpression: expression,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: `arn:aws:sqs:us-east-1:000000000000:${PREFIX}-${module}`,
          RoleArn: `arn:aws:iam::000000000000:role/${PREFIX}-scheduler-us-east-1`,
          Input: input,
        },
      }),
    );
  }

  /** What a schedule sends. */
  async inputOf(name: string): Promise<string> {
    const { Target } = await this.#scheduler.send(new GetScheduleCommand({ GroupName: PREFIX, Name: name }));
    return Target?.Input ?? "";
  }

  /** Messages of a module's queue: waiting, being worked on, and delayed. */
  async depth(module: string): Promise<{ waiting: number; inFlight: number; delayed: number }> {
    const { Attributes } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: await this.queueUrl(module), AttributeNames: ["All"] }),
    );
    return {
      waiting: Number(Attributes?.["ApproximateNumberOfMessages"]),
      inFlight: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]),
      delayed: Number(Attributes?.["ApproximateNumberOfMessagesDelayed"]),
    };
  }

  /** The executions of the machines of canvases. All, for not every emulator lists the newest first. */
  async executions(): Promise<Execution[]> {
    const { stateMachines = [] } = await this.sfn.send(new ListStateMachinesCommand({}));
    const kinds = ["chain", "group", "chord"].map((kind) => ({
      kind,
      machine: stateMachines.find(({ name }) => name === `${PREFIX}-${kind}`),
    }));
    const lists = await Promise.all(
      kinds.map(async ({ kind, machine }) => {
        const all: Execution[] = [];
        const input = { stateMachineArn: machine?.stateMachineArn };
        for await (const { executions = [] } of paginateListExecutions({ client: this.sfn, pageSize: 1_000 }, input)) {
          for (const { executionArn: arn = "", status = "", name = "" } of executions)
            all.push({ arn, kind, status, name });
        }
        return all;
      }),
    );
    return lists.flat();
  }

  /** How many executions run, of canvases and of named workflows. */
  async running(): Promise<number> {
    const { stateMachines = [] } = await this.sfn.send(new ListStateMachinesCommand({}));
    const pages = stateMachines.map(async ({ stateMachineArn }) => {
      const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" });
      return (await this.sfn.send(command)).executions?.length ?? 0;
    });
    return (await Promise.all(pages)).reduce((sum, count) => sum + count, 0);
  }

  /** The execution that carries the whole of a submission. */
  async executionOf(root: string, epoch = 0): Promise<Execution> {
    const item = await this.item(`root#${root}`);
    const { top } = z.object({ top: z.object({ id: z.string() }) }).parse(JSON.parse(z.string().parse(item?.["root"])));
    const name = `${top.id}-${epoch}`;
    const found = (await this.executions()).find((execution) => execution.name === name);
    if (found === undefined) throw new Error(`There is no execution ${name} of the root ${root}.`);
    return found;
  }

  /** How an execution stands. */
  async status(arn: string): Promise<string> {
    return (await this.sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).status ?? "";
  }

  /** All events of an execution. */
  async history(arn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.sfn.send(
        new GetExecutionHistoryCommand({ executionArn: arn, maxResults: 1_000, nextToken }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  /** The messages that an execution has sent so far, oldest first. */
  async sentBy(arn: string): Promise<Sent[]> {
    return (await this.history(arn)).flatMap((event) => {
      const text = event.taskScheduledEventDetails?.parameters;
      if (text === undefined) return [];
      const { QueueUrl, MessageBody } = Parameters.parse(JSON.parse(text));
      return [{ queueUrl: QueueUrl, body: MessageBody }];
    });
  }

  /** Sends a message again that an execution has sent. */
  async repeat({ queueUrl, body }: Sent): Promise<void> {
    await this.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(body) }));
  }

  /** Ends the clients. */
  close(): void {
    this.sfn.destroy();
    this.sqs.destroy();
    this.#dynamo.destroy();
    this.#scheduler.destroy();
  }
}
