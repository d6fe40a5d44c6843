import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { DAY, MAX_RECEIVE_COUNT, MAX_RETENTION } from "../../src/core/limits.ts";
import type { StageContext } from "../stage.ts";
import { stageKey } from "./stage-key.ts";

/**
 * Seconds that a message stays hidden after its function's timeout: a function that is still running must not meet its
 * own message.
 */
const VISIBILITY_MARGIN = 30;
/** SQS keeps a message for 14 days at the most; none of ours may be lost sooner. */
export const QUEUE_RETENTION_DAYS = MAX_RETENTION / DAY;

/**
 * How long SQS works with one data key: a call to KMS for each hour, not for each message (1 minute to 24 hours;
 * default 5 minutes).
 */
const DATA_KEY_REUSE = Duration.hours(1);

/** A queue that one function consumes. */
export interface CeleriacQueueProps {
  readonly stage: StageContext;
  /** The module's name, `canvas` or `dead`. */
  readonly name: string;
  /** @default the name that the stage gives it */
  readonly queueName?: string;
  /** Seconds: the timeout of the function that consumes it. */
  readonly timeout: number;
  /** Where messages go that were delivered MAX_RECEIVE_COUNT times in vain; null for the dead-letter queue itself. */
  readonly deadQueueArn: string | null;
}

/** An encrypted queue, spoken to over TLS alone. */
export class CeleriacQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { stage, name, queueName, timeout, deadQueueArn }: CeleriacQueueProps) {
    super(scope, id);
    const key = stageKey(this, stage);
    this.queue = new Queue(this, "Queue", {
      queueName: queueName ?? stage.names.queue(name),
      visibilityTimeout: Duration.seconds(timeout + VISIBILITY_MARGIN),
      retentionPeriod: Duration.days(QUEUE_RETENTION_DAYS),
      ...(key === null
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse: DATA_KEY_REUSE }),
      enforceSSL: true,
      removalPolicy: stage.removal,
      ...(deadQueueArn !== null && {
        deadLetterQueue: {
          queue: Queue.fromQueueArn(this, "Dead", deadQueueArn),
          maxReceiveCount: MAX_RECEIVE_COUNT,
        },
      }),
    });
  }
}

/** Delivers a queue's messages to a function, which answers with the ids of those that it could not settle. */
export function consume(
  scope: Construct,
  id: string,
  props: {
    readonly queueArn: string;
    readonly target: IFunction;
    /** Messages that one invocation takes, 1 to 10. */
    readonly batchSize: number;
    /** Invocations at a time, 2 to 1,000. */
    readonly maxConcurrency: number;
  },
): EventSourceMapping {
  return new EventSourceMapping(scope, id, {
    eventSourceArn: props.queueArn,
    target: props.target,
    batchSize: props.batchSize,
    maxConcurrency: props.maxConcurrency,
    reportBatchItemFailures: true,
  });
}
