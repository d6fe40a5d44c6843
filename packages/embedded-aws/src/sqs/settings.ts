/** Where messages go that were received too often. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  /** From 1 to 1,000. */
  readonly maxReceiveCount: number;
}

/** Which queues may have a queue for their dead letters. */
export interface RedriveAllowPolicy {
  readonly redrivePermission: "allowAll" | "denyAll" | "byQueue";
  readonly sourceQueueArns: readonly string[];
}

/** A queue's attributes as the queue goes by them. Times are in milliseconds. */
export interface Settings {
  readonly fifo: boolean;
  readonly visibilityTimeout: number;
  readonly delay: number;
  readonly retention: number;
  readonly receiveWait: number;
  /** Bytes of a message, its attributes included. */
  readonly maxBytes: number;
  readonly redrive: RedrivePolicy | null;
  readonly redriveAllow: RedriveAllowPolicy | null;
  readonly contentBasedDeduplication: boolean;
  /** Whether two groups of a FIFO queue may use the same deduplication id. */
  readonly deduplicatesByGroup: boolean;
}
