/** What the body of a message hashed to is not what SQS says that it stored or sent: it was changed on the way. */
export class ChecksumMismatch extends Error {
  override readonly name = "ChecksumMismatch";
  readonly code = "CHECKSUM_MISMATCH";
  /** Ids that SQS gave the messages. */
  readonly messages: readonly string[];

  constructor(messages: readonly string[]) {
    super(
      `SQS has another MD5 of the body of ${messages.join(", ")}: it was changed on the way. Send or receive it again.`,
    );
    this.messages = messages;
  }
}

/** A command that {@link createSender} cannot send: it has no schema of an operation. */
export class UnknownCommand extends Error {
  override readonly name = "UnknownCommand";
  readonly code = "UNKNOWN_COMMAND";

  constructor(service: string, given: string) {
    super(
      `${given} is no command of ${service} with the schema of an operation. Send commands of this service's SDK client.`,
    );
  }
}
