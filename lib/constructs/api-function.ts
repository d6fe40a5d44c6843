import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { ENV } from "../../src/aws/env.ts";
import type { ApiFunction } from "../../src/core/http/routes.ts";
import type { Names } from "../names.ts";
import type { StageContext } from "../stage.ts";
import { CeleriacFunction } from "./celeriac-function.ts";
import { longDelays } from "./long-delays.ts";
import {
  allQueues,
  answerSteps,
  indexQueries,
  noticeMissing,
  objects,
  putEvents,
  startMachines,
  tableItems,
} from "./permissions.ts";

/** Seconds: API Gateway gives up on an integration after 29 s, so what runs on is wasted. */
const TIMEOUT = 29;

/** What one of the API's functions may do, and its memory in MB. */
interface Right {
  readonly description: string;
  readonly memory: number;
  readonly permissions: (names: Names) => PolicyStatement[];
}

const RIGHTS: Readonly<Record<ApiFunction, Right>> = {
  submit: {
    description: "Takes submissions and documents",
    memory: 512,
    permissions: (names) => [
      tableItems(names, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
      allQueues(names, "sqs:SendMessage"),
      objects(names, "s3:GetObject", "documents", "uploads"),
      noticeMissing(names),
      objects(names, "s3:PutObject", "payloads", "later", "documents", "uploads"),
      objects(names, "s3:DeleteObject", "uploads"),
      startMachines(names),
    ],
  },
  read: {
    description: "Answers questions about tasks and queues, and whatever is no route",
    memory: 512,
    permissions: (names) => [
      tableItems(names, "dynamodb:GetItem", "dynamodb:BatchGetItem"),
      indexQueries(names, "recent", "root", "dead", "failed"),
      allQueues(names, "sqs:GetQueueAttributes"),
      objects(names, "s3:GetObject", "payloads", "later", "results", "outputs"),
      noticeMissing(names),
    ],
  },
  wait: {
    description: "Answers with results, which it may wait for",
    // It sleeps for most of its time, so it costs by its memory alone.
    memory: 256,
    permissions: (names) => [
      tableItems(names, "dynamodb:GetItem", "dynamodb:BatchGetItem"),
      objects(names, "s3:GetObject", "results"),
      noticeMissing(names),
    ],
  },
  operate: {
    description: "Revokes, retries, forgets, redrives and purges",
    memory: 512,
    permissions: (names) => [
      // What it revokes is ended as any task is: what follows is settled, and the states that wait are told.
      tableItems(
        names,
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
      ),
      indexQueries(names, "root", "dead", "recent", "failed"),
      // What a queue holds is told when it is purged, or dead tasks go back to it.
      allQueues(names, "sqs:SendMessage", "sqs:GetQueueAttributes"),
      objects(names, "s3:GetObject", "payloads", "later", "results", "documents", "uploads"),
      noticeMissing(names),
      // What is run again starts at once: its arguments never lie among those that are kept for later.
      objects(names, "s3:PutObject", "payloads"),
      objects(names, "s3:DeleteObject", "payloads", "later", "results", "documents", "uploads", "outputs"),
      answerSteps(names),
    ],
  },
};

/** What is needed to do what the routes of one right do: permissions, and variables besides those of every function. */
export function apiRights(
  stage: StageContext,
  right: ApiFunction,
): { readonly permissions: readonly PolicyStatement[]; readonly environment: Readonly<Record<string, string>> } {
  const { names, config } = stage;
  // A submission may have a countdown; what is revoked or tried again starts at once, or never.
  const later = right === "submit" ? longDelays(stage) : { permissions: [], environment: {} };
  return {
    permissions: [
      ...RIGHTS[right].permissions(names),
      ...later.permissions,
      // Before it refuses for a backlog it looks whether there is one still.
      ...(right === "submit" && config.maxQueueAge !== null ? [allQueues(names, "sqs:GetQueueAttributes")] : []),
      // What is revoked has ended.
      ...(right === "operate" && config.completionEvents ? [putEvents(names)] : []),
    ],
    environment: later.environment,
  };
}

/** The function of the API that serves the routes of one right, with no more than that right. */
export class ApiFunctionConstruct extends CeleriacFunction {
  constructor(
    scope: Construct,
    id: string,
    {
      stage,
      right,
      environment,
    }: {
      readonly stage: StageContext;
      readonly right: ApiFunction;
      /** How it knows who calls. */
      readonly environment: Readonly<Record<string, string>>;
    },
  ) {
    const { description, memory } = RIGHTS[right];
    const { permissions, environment: later } = apiRights(stage, right);
    super(scope, id, {
      stage,
      name: `api-${right}`,
      description,
      memory,
      timeout: TIMEOUT,
      permissions,
      environment: {
        ...environment,
        ...(stage.config.corsOrigins.length > 0 && { [ENV.corsOrigins]: stage.config.corsOrigins.join(" ") }),
        ...(right === "read" && stage.config.docs && { [ENV.docs]: "on" }),
        ...(right === "read" && { [ENV.failureThreshold]: String(stage.config.failureThreshold) }),
        ...later,
      },
      reservedConcurrency: right === "wait" ? stage.config.waitConcurrency : stage.config.apiConcurrency,
    });
  }
}
