import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Cancel } from "../clock.ts";
import { ServiceError } from "../json-service.ts";
import type { Message } from "./entry.ts";
import { invalidParameter, invalidRequest } from "./errors.ts";
import type { Operations } from "./operations.ts";
import { parse } from "./parse.ts";
import type { Queue } from "./queue.ts";
import { sequenceNumberFrom } from "./receipt.ts";
import { sourcesOf } from "./redrive.ts";
import type { Registry } from "./registry.ts";

/** Messages a second where no number is asked for, and the most that can be (SQS quota). */
const MAX_RATE = 500;

/** Milliseconds between two steps of a move. */
const STEP = 20;

/** Moves of one queue that are remembered: those that ListMessageMoveTasks can list. */
const REMEMBERED = 10;

const StartMessageMoveTask = z.strictObject({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  MaxNumberOfMessagesPerSecond: z.int().min(1).max(MAX_RATE).optional(),
});

const ListMessageMoveTasks = z.strictObject({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).default(1) });

const CancelMessageMoveTask = z.strictObject({ TaskHandle: z.string() });

/** A move of dead letters, running or ended. */
interface Move {
  readonly handle: string;
  readonly source: Queue;
  readonly destination: Queue | undefined;
  readonly started: number;
  readonly rate: number | undefined;
  readonly toMove: number;
  moved: number;
  status: "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";
  failure: string | undefined;
  cancel: Cancel;
}

/** StartMessageMoveTask and what concerns it. A move ends with the process: what it has not moved stays where it is. */
export function movingOperations(registry: Registry): { readonly operations: Operations; readonly stop: () => void } {
  /** Of each source queue, the latest first. */
  const moves = new Map<string, Move[]>();

  const sourceOf = (arn: string): Queue => {
    const source = registry.byArn(arn)?.queue;
    if (source === undefined)
      throw notFound("The resource that you specified for the SourceArn parameter doesn't exist.");
    return source;
  };

  const operations: Operations = {
    StartMessageMoveTask: (input) => {
      const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: rate } = parse(StartMessageMoveTask, input);
      const source = sourceOf(SourceArn);
      if (sourcesOf(registry, SourceArn).length === 0) {
        throw invalidParameter("SourceArn", SourceArn, "Source queue must be configured as a Dead Letter Queue.");
      }
      const destination = DestinationArn === undefined ? undefined : destinationOf(registry, source, DestinationArn);
      const earlier = moves.get(SourceArn) ?? [];
      if (earlier[0]?.status === "RUNNING") {
        throw invalidRequest(
          "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        );
      }
      const move = start(registry, source, destination, rate);
      moves.set(SourceArn, [move, ...earlier].slice(0, REMEMBERED));
      return { TaskHandle: move.handle };
    },
    ListMessageMoveTasks: (input) => {
      const { SourceArn, MaxResults } = parse(ListMessageMoveTasks, input);
      sourceOf(SourceArn);
      return { Results: (moves.get(SourceArn) ?? []).slice(0, MaxResults).map(view) };
    },
    CancelMessageMoveTask: (input) => {
      const { TaskHandle } = parse(CancelMessageMoveTask, input);
      const move = [...moves.values()].flat().find(({ handle }) => handle === TaskHandle);
      if (move === undefined) throw notFound("Task does not exist.");
      if (move.status !== "RUNNING") throw invalidRequest(`Task with status ${move.status} cannot be cancelled.`);
      move.cancel();
      move.status = "CANCELLED";
      return { ApproximateNumberOfMessagesMoved: move.moved };
    },
  };

  const stop = (): void => {
    for (const each of moves.values()) for (const move of each) move.cancel();
  };

  return { operations, stop };
}

function notFound(message: string): ServiceError {
  return new ServiceError("ResourceNotFoundException", message);
}

function destinationOf(registry: Registry, source: Queue, arn: string): Queue {
  const destination = registry.byArn(arn)?.queue;
  if (destination === undefined) {
    throw notFound("The resource that you specified for the DestinationArn parameter doesn't exist.");
  }
  if (destination === source)
    throw invalidParameter("DestinationArn", arn, "Source and destination queues cannot be the same.");
  if (destination.settings.fifo !== source.settings.fifo) {
    throw invalidParameter("DestinationArn", arn, "Source and destination queues must be of the same type.");
  }
  return destination;
}

function start(registry: Registry, source: Queue, destination: Queue | undefined, rate: number | undefined): Move {
  const { clock } = registry;
  const move: Move = {
    handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.arn })).toString("base64"),
    source,
    destination,
    started: clock.now(),
    rate,
    toMove: source.counts().visible,
    moved: 0,
    status: "RUNNING",
    failure: undefined,
    cancel: () => {},
  };
  const run = (): void => {
    step(registry, move);
    if (move.status === "RUNNING") move.cancel = clock.after(STEP, run);
  };
  move.cancel = clock.after(0, run);
  return move;
}

/** Moves as many as may have been moved by now. */
function step(registry: Registry, move: Move): void {
  const due = Math.ceil(((registry.clock.now() - move.started + 1) * (move.rate ?? MAX_RATE)) / 1000);
  const woken = new Set<Queue>();
  while (move.moved < Math.min(due, move.toMove)) {
    const [message] = move.source.drain(1);
    // Others received or deleted what was counted.
    if (message === undefined) break;
    const arn = message.deadLetterQueueSourceArn;
    const target = move.destination ?? (arn === undefined ? undefined : registry.byArn(arn)?.queue);
    if (target === undefined) {
      move.source.send(message);
      move.status = "FAILED";
      move.failure = arn === undefined ? "CouldNotDetermineMessageSource" : "AWS.SimpleQueueService.NonExistentQueue";
      break;
    }
    target.send(asNew(registry, message, target));
    woken.add(target);
    move.moved += 1;
  }
  for (const queue of woken) queue.wake();
  const isOver = move.moved >= move.toMove || move.source.counts().visible === 0;
  if (move.status === "RUNNING" && isOver) move.status = "COMPLETED";
}

/**
 * A moved message counts as a new one, with an id and a time of its own.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
function asNew(registry: Registry, message: Message, target: Queue): Message {
  return {
    ...message,
    messageId: randomUUID(),
    sentTimestamp: registry.clock.now(),
    sequenceNumber: target.settings.fifo ? sequenceNumberFrom(registry.sequence.next()) : undefined,
    deadLetterQueueSourceArn: undefined,
    approximateReceiveCount: 0,
    approximateFirstReceiveTimestamp: undefined,
  };
}

function view(move: Move): object {
  return {
    ...(move.status === "RUNNING" && { TaskHandle: move.handle }),
    Status: move.status,
    SourceArn: move.source.arn,
    ...(move.destination && { DestinationArn: move.destination.arn }),
    ...(move.rate !== undefined && { MaxNumberOfMessagesPerSecond: move.rate }),
    ApproximateNumberOfMessagesMoved: move.moved,
    ApproximateNumberOfMessagesToMove: move.toMove,
    ...(move.failure !== undefined && { FailureReason: move.failure }),
    StartedTimestamp: move.started,
  };
}
