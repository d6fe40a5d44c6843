import { definitionFault, Fields, show } from "./fields.ts";
import { isJsonObject } from "./json.ts";
import type { Seconds, TaskResource, TaskState } from "./machine.ts";
import { parseTemplate, type Template } from "./template.ts";

const INTEGRATION = /^arn:[^:]+:states:::(?<action>.+)$/u;
const FUNCTION = /^arn:[^:]+:lambda:[^:]*:\d{12}:function:[^:]+(?::[^:]+)?$/u;

/** The fields that an integration's Parameters may have; all of them may end in `.$`. */
const PARAMETERS = {
  sqs: { required: ["QueueUrl", "MessageBody"], optional: [] },
  lambda: { required: ["FunctionName"], optional: ["Payload"] },
} as const;

const INTEGRATIONS: ReadonlyMap<string, TaskResource> = new Map<string, TaskResource>([
  ["sqs:sendMessage", { kind: "sqs", name: "sendMessage", waitsForToken: false }],
  ["sqs:sendMessage.waitForTaskToken", { kind: "sqs", name: "sendMessage.waitForTaskToken", waitsForToken: true }],
  ["lambda:invoke", { kind: "lambda", name: "invoke", waitsForToken: false }],
  ["lambda:invoke.waitForTaskToken", { kind: "lambda", name: "invoke.waitForTaskToken", waitsForToken: true }],
]);

/** Reads what a Task state has beyond the flow and result of any state. */
export function parseTask(fields: Fields): Pick<TaskState, "resource" | "parameters" | "timeout" | "heartbeat"> {
  const resource = parseResource(fields);
  const timeout = parseSeconds("TimeoutSeconds", fields);
  const heartbeat = parseSeconds("HeartbeatSeconds", fields);
  if (typeof timeout === "number" && typeof heartbeat === "number" && heartbeat >= timeout) {
    throw fields.fault("HeartbeatSeconds", `${heartbeat} must be less than TimeoutSeconds (${timeout})`);
  }
  return { resource, parameters: parseParameters(resource, fields), timeout, heartbeat };
}

function parseResource(fields: Fields): TaskResource {
  const arn = fields.string("Resource");
  if (FUNCTION.test(arn)) return { kind: "function", arn };
  const integration = INTEGRATIONS.get(INTEGRATION.exec(arn)?.groups?.["action"] ?? "");
  if (integration === undefined) {
    const served = [...INTEGRATIONS.keys()].join(", ");
    throw fields.fault(
      "Resource",
      `${arn} isn't served by the embedded Step Functions; it knows function ARNs and ${served}`,
    );
  }
  return integration;
}

function parseParameters(resource: TaskResource, fields: Fields): Template | null {
  const value = fields.take("Parameters");
  if (value === undefined && resource.kind === "function") return null;
  if (!isJsonObject(value)) throw fields.fault("Parameters", `expected an object, got ${show(value)}`);
  if (resource.kind !== "function") {
    const { required, optional } = PARAMETERS[resource.kind];
    const known = new Fields(value, fields.at("Parameters"));
    for (const name of [...required, ...optional]) {
      known.take(name);
      known.take(`${name}.$`);
    }
    known.done(`the parameters of ${resource.name}`);
    const missing = required.find((name) => !known.has(name) && !known.has(`${name}.$`));
    if (missing !== undefined) throw known.fault(missing, "the field is missing");
  }
  return parseTemplate(value, fields.at("Parameters"), definitionFault);
}

function parseSeconds(name: "TimeoutSeconds" | "HeartbeatSeconds", fields: Fields): Seconds {
  const seconds = fields.integer(name, 1, 99_999_999, null);
  const path = fields.optionalPath(`${name}Path`);
  if (seconds !== null && path !== null)
    throw fields.fault(`${name}Path`, `a Task has ${name} or ${name}Path, not both`);
  return seconds ?? path;
}
