import type { IncomingMessage } from "node:http";
import { isRecord, parseJson } from "../values.ts";

const NOTHING = Buffer.alloc(0);
const NO_INPUT: Readonly<Record<string, unknown>> = {};

/** Services whose bodies are payloads, and not the call's input. */
const PAYLOADS = new Set(["s3", "lambda"]);

/** The whole body of a request. Rejects where the client goes away in the middle. */
export function readBody(req: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => void chunks.push(chunk));
  req.on("end", () => resolve(chunks.length === 1 ? (chunks[0] ?? NOTHING) : Buffer.concat(chunks)));
  req.on("error", reject);
  return promise;
}

/** What a call says in its body: the members of a JSON object, or the fields of a form. */
export function inputOf(service: string, contentType: string, body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0 || PAYLOADS.has(service)) return NO_INPUT;
  if (isForm(contentType)) return Object.fromEntries(new URLSearchParams(body.toString()));
  const input = parseJson(body.toString());
  return isRecord(input) ? input : NO_INPUT;
}

/** True for the content type of a form, which is what AWS's query protocols send. */
export function isForm(contentType: string | undefined): boolean {
  return contentType?.startsWith("application/x-www-form-urlencoded") === true;
}
