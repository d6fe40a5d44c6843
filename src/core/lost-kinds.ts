/** What to give instead of an object of which JSON would keep nothing. */
const INSTEAD: Readonly<Record<string, string>> = {
  Map: "Object.fromEntries(it), or [...it]",
  Set: "[...it]",
  Headers: "Object.fromEntries(it)",
  URLSearchParams: "Object.fromEntries(it)",
  FormData: "Object.fromEntries(it)",
  Response: "what its text() or json() gives",
  Request: "what its text() or json() gives",
  Blob: "what its text() gives",
  File: "what its text() gives",
  RegExp: "its source",
};

/**
 * Why an object without a `toJSON` would be lost in JSON, as the end of a sentence; null where JSON keeps what it has.
 * Lists, plain objects and instances with fields of their own are kept.
 */
export function lostKind(value: object): string | null {
  if (Array.isArray(value) || (isPlain(value) && !(Symbol.asyncIterator in value))) return null;
  if (typeof Reflect.get(value, "then") === "function") return "is a promise: await it";
  if (value instanceof Error) return said(value, "its message");
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return said(value, "its bytes in base64");
  if (Symbol.asyncIterator in value) return said(value, "a list of what it yields");
  if (Object.keys(value).length > 0) return null;
  const isIterable = Symbol.iterator in value;
  return said(value, INSTEAD[kindOf(value)] ?? (isIterable ? "[...it]" : "plain data"));
}

function said(value: object, instead: string): string {
  const kind = kindOf(value);
  return `is ${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}, of which JSON keeps nothing: give ${instead}`;
}

/** Whether it is an object as `{}` is, also one of another context. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The name of an object's class. */
export function kindOf(value: object): string {
  const constructor: unknown = Reflect.get(value, "constructor");
  const name: unknown = typeof constructor === "function" ? constructor.name : undefined;
  if (typeof name === "string" && name !== "" && name !== "Object") return name.slice(0, 100);
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
