import * as z from "zod";
import { parseJson } from "../../values.ts";
import { ServiceError } from "../../json-service.ts";

const CursorSchema = z.tuple([z.string(), z.number().int().nonnegative()]);

/** A page token: what was listed (so that it serves for nothing else), and where the next page begins. */
export function writeToken(subject: string, position: number): string {
  return Buffer.from(JSON.stringify([subject, position])).toString("base64url");
}

/** Where a page begins; `start` without a token. Throws InvalidToken for one that is not from this listing. */
export function readToken(token: string | undefined, subject: string, start: number): number {
  if (token === undefined) return start;
  const parsed = CursorSchema.safeParse(parseJson(Buffer.from(token, "base64url").toString()));
  if (parsed.success && parsed.data[0] === subject) return parsed.data[1];
  throw new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
}
