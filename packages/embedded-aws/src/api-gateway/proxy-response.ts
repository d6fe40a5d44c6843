import * as z from "zod";
import { parseJson } from "../values.ts";
import { fitsLambda, isBinaryType } from "./event.ts";
import { asHeaderText, isHeaderName, isHeaderValue } from "./header-text.ts";

/** An answer that is ready to be written. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A function may leave out any of these, but a field that is not among them makes the answer malformed, as on AWS. */
const ProxyResponseSchema = z.strictObject({
  statusCode: z
    .union([z.number(), z.string().regex(/^\d{3}$/u)])
    .nullish()
    .transform((code) => Number(code ?? 200))
    .pipe(z.number().int().min(200).max(599)),
  headers: z.record(z.string(), Scalar.nullable()).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(Scalar).nullable()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Names that belong to the gateway's own connection; the function's go out under another name. */
const REMAPPED = new Set(["connection", "content-length", "date", "server"]);

/**
 * Reads a function's answer as a proxy response (payload format 1.0). Null if it is malformed: not an object, a field
 * too many or of the wrong type, a header that HTTP cannot carry, or more than Lambda's 6 MB.
 */
export function readProxyResponse(
  payload: string,
  accept: string | undefined,
  binaryMediaTypes: readonly string[],
): HttpResponse | null {
  if (!fitsLambda(payload)) return null;
  const parsed = ProxyResponseSchema.safeParse(parseJson(payload));
  if (!parsed.success) return null;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data;
  const merged = mergeHeaders(headers ?? {}, multiValueHeaders ?? {});
  if (merged === null) return null;
  // Bytes come out of base64 only for a client that asks for one of the API's binary types.
  const isBinary = isBase64Encoded === true && isBinaryType(accept?.split(",", 1)[0], binaryMediaTypes);
  return { status: statusCode, headers: merged, body: Buffer.from(body ?? "", isBinary ? "base64" : "utf8") };
}

type Scalar = z.output<typeof Scalar>;

function mergeHeaders(
  single: Readonly<Record<string, Scalar | null>>,
  multiple: Readonly<Record<string, readonly Scalar[] | null>>,
): [string, string][] | null {
  const merged: [string, string][] = [];
  const overridden = new Set(Object.keys(multiple).map((name) => name.toLowerCase()));
  let hasContentType = false;
  const add = (name: string, value: Scalar): boolean => {
    const lower = name.toLowerCase();
    const text = String(value);
    if (!isHeaderName(name) || !isHeaderValue(text)) return false;
    if (lower === "content-type") hasContentType = true;
    if (lower !== "transfer-encoding")
      merged.push([REMAPPED.has(lower) ? `x-amzn-Remapped-${name}` : name, asHeaderText(text)]);
    return true;
  };
  for (const [name, value] of Object.entries(single)) {
    if (value !== null && !overridden.has(name.toLowerCase()) && !add(name, value)) return null;
  }
  for (const [name, values] of Object.entries(multiple)) {
    for (const value of values ?? []) if (!add(name, value)) return null;
  }
  if (!hasContentType) merged.push(["Content-Type", "application/json"]);
  return merged;
}
