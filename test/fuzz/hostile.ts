import fc, { type Arbitrary } from "fast-check";

/**
 * Values that nobody sends by mistake: prototype keys, numbers out of every range, texts that end or begin something.
 */
export const HOSTILE: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    [],
    {},
    -0,
    1e308,
    -1e308,
    2 ** 53,
    "\u0000",
    "\uFFFE\uFFFF",
    "\uD800",
    "${jndi:ldap://x}",
    "'; DROP TABLE tasks; --",
    "../../../../etc/passwd",
    "<script>alert(1)</script>",
    "x".repeat(100_000),
  ),
  fc
    .constantFrom('{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"a":1}}}', '{"toString":1}')
    .map((text): unknown => JSON.parse(text)),
  fc.integer({ min: 1, max: 1_500 }).map((depth): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`)),
  fc.jsonValue(),
);

/** `value` with one place in it replaced, dropped, or added to. */
export function mutated(value: unknown): Arbitrary<unknown> {
  if (Array.isArray(value) && value.length > 0) {
    return fc.nat(value.length - 1).chain((index) => mutated(value[index]).map((part) => value.with(index, part)));
  }
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    return fc.oneof(
      fc
        .constantFrom(...Object.entries(value))
        .chain(([name, part]) => mutated(part).map((other) => ({ ...value, [name]: other }))),
      fc
        .constantFrom(...Object.keys(value))
        .map((name) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))),
      fc
        .tuple(fc.constantFrom("__proto__x", "constructor", "hasOwnProperty", "extra", ""), HOSTILE)
        .map(([name, part]) => ({ ...value, [name]: part })),
    );
  }
  return HOSTILE;
}

/** Bodies that are no JSON, or not in UTF-8. */
export const GARBAGE: Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .constantFrom(
      "{",
      "[1,",
      '{"a":}',
      "NaN",
      "undefined",
      '{"x":1}{"y":2}',
      "\uFEFF{}",
      `"${"a".repeat(1000)}`,
      "[".repeat(50_000),
    )
    .map((text) => new TextEncoder().encode(text)),
);

/** What may stand for a path parameter. */
export const PARAMETERS: Arbitrary<string> = fc.oneof(
  fc.uuid(),
  fc.constantFrom(
    "..",
    ".",
    "%2e%2e",
    "%00",
    "%ff%fe",
    "a%2Fb",
    "__proto__",
    "constructor",
    "0",
    "null",
    "%F0%9F%92%A9",
    "x".repeat(3_000),
    "dead",
    "canvas",
    "math",
  ),
  fc.string({ maxLength: 40 }).map(encodeURIComponent),
);

/** Headers that clients may get wrong. Node refuses to send what no server could read. */
export const HEADERS: Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    "x-correlation-id",
    "idempotency-key",
    "content-type",
    "accept",
    "content-encoding",
    "x-forwarded-for",
    "x-api-key",
    "authorization",
    "origin",
    "host-override",
    "range",
  ),
  fc.oneof(
    fc.constantFrom(
      "",
      "*/*",
      "application/json",
      "application/json; charset=utf-16",
      "text/plain",
      "multipart/form-data",
      "gzip",
      "bytes=0-1",
      "x".repeat(2_000),
      "AWS4-HMAC-SHA256 Credential=/, SignedHeaders=, Signature=",
    ),
    fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "_").trim()),
  ),
  { maxKeys: 4 },
);
