import * as z from "zod";

/** A value that JSON has no form for, as kombu writes it (kombu/utils/json.py). */
const Tagged = z.strictObject({ __type__: z.string(), __value__: z.unknown() });
const Hex = z.object({ hex: z.string().regex(/^[0-9a-f]{32}$/) });

/** A value with all that kombu has tagged in it as plain JSON: dates and decimals as text, bytes as base64. */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item));
  if (typeof value !== "object" || value === null) return value;
  const tagged = Tagged.safeParse(value);
  if (tagged.success) return untagged(tagged.data.__type__, tagged.data.__value__);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}

function untagged(type: string, value: unknown): unknown {
  const { success, data } = Hex.safeParse(value);
  return type === "uuid" && success ? data.hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") : plainValue(value);
}
