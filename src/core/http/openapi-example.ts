/** A JSON Schema, as the document has it. */
type Schema = Readonly<Record<string, unknown>>;

const ID = "6f0c3c1e-2b1d-4c7a-9e7b-0d8a3f1c2b4d";
const TIME = "2026-12-01T09:00:00.000Z";

/** Examples by the names of keys, which say more than their schemas do. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  task: "math.add",
  status: "SUCCESS",
  result: 4,
  error: null,
  progress: null,
  queue: "math",
  module: "math",
  name: "math",
  shape: "math.add → math.mul",
  arguments: "2, 2",
  cursor: null,
  origin: "api",
  expression: "cron(0 3 ? * 2-6 *)",
  timezone: "Europe/Berlin",
  type: "urn:celeriac:problem:invalid_input",
  title: "Bad Request",
  detail: "The request has a fault.",
  args: [2, 2],
  kwargs: {},
  node: { task: "math.add", args: [2, 2] },
};

/** Something that fits a schema, for readers of the document. @param name the key that it stands under */
export function exampleOf(schema: Schema, name = ""): unknown {
  if ("const" in schema) return schema["const"];
  if (Object.hasOwn(BY_NAME, name) && !Array.isArray(schema["enum"])) return BY_NAME[name];
  const options = schema["enum"] ?? schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(options)) {
    const [first] = options;
    return Array.isArray(schema["enum"]) ? first : exampleOf(asSchema(first), name);
  }
  if ("default" in schema) return schema["default"];
  switch (schema["type"]) {
    case "object":
      return Object.fromEntries(
        Object.entries(asSchema(schema["properties"])).map(([key, value]) => [key, exampleOf(asSchema(value), key)]),
      );
    case "array":
      return schema["items"] === undefined ? [] : [exampleOf(asSchema(schema["items"]))];
    case "string":
      return textOf(schema);
    case "boolean":
      return false;
    case "integer":
    case "number":
      return typeof schema["minimum"] === "number" ? Math.max(1, schema["minimum"]) : 1;
    default:
      return null;
  }
}

function textOf({ format, pattern }: Schema): string {
  if (format === "uuid" || format === "guid" || String(pattern).includes("[0-9a-fA-F]{8}")) return ID;
  if (format === "date-time") return TIME;
  return format === "uri" ? "https://api.example.com/v1" : "text";
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
