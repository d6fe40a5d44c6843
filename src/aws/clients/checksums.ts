import { hash } from "node:crypto";
import { ChecksumMismatch } from "./errors.ts";

/**
 * Holds the MD5 that SQS tells of a message's body against the body, for the operations of which the SDK does:
 * SendMessage, SendMessageBatch and ReceiveMessage. @throws ChecksumMismatch
 */
export function verifyChecksums(operation: string, input: object, output: object): void {
  const wrong: string[] = [];
  const compare = (body: object, told: object, key: string): void => {
    const text = read(body, key) ?? "";
    const md5 = read(told, key === "Body" ? "MD5OfBody" : "MD5OfMessageBody");
    if (hash("md5", text) !== md5) wrong.push(read(told, "MessageId") ?? "a message");
  };
  if (operation === "SendMessage") compare(input, output, "MessageBody");
  if (operation === "ReceiveMessage") for (const message of list(output, "Messages")) compare(message, message, "Body");
  if (operation === "SendMessageBatch") {
    const sent = new Map(list(input, "Entries").map((entry) => [read(entry, "Id"), entry]));
    for (const told of list(output, "Successful")) compare(sent.get(read(told, "Id")) ?? {}, told, "MessageBody");
  }
  if (wrong.length > 0) throw new ChecksumMismatch(wrong);
}

function read(from: object, key: string): string | undefined {
  const value: unknown = Reflect.get(from, key);
  return typeof value === "string" ? value : undefined;
}

function list(from: object, key: string): object[] {
  const value: unknown = Reflect.get(from, key);
  return Array.isArray(value)
    ? value.filter((entry): entry is object => typeof entry === "object" && entry !== null)
    : [];
}
