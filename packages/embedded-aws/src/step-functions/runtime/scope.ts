import { randomUUID } from "node:crypto";
import type { ExpressionScope } from "../language/expression.ts";
import type { Json, JsonObject } from "../language/json.ts";
import type { Execution, Thread } from "./thread.ts";

/** What a thread's paths see: `$` is `input`, `$$` the context object, built when a path first asks for it. */
export function createScope(
  thread: Thread,
  input: Json,
  token: string | undefined,
  item: JsonObject | null,
): ExpressionScope {
  let context: JsonObject | undefined;
  return {
    input,
    context: () => (context ??= createContext(thread, token, item)),
    uuid: randomUUID,
  };
}

/** What the context object says of a whole execution, made once for each. */
const fixedParts = new WeakMap<Execution, JsonObject>();

function fixedPart(execution: Execution): JsonObject {
  const known = fixedParts.get(execution);
  if (known !== undefined) return known;
  const { machine } = execution;
  const part = {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      Name: execution.name,
      RoleArn: roleArn(machine.arn, machine.name),
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: 0,
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
  };
  fixedParts.set(execution, part);
  return part;
}

function createContext(thread: Thread, token: string | undefined, item: JsonObject | null): JsonObject {
  return {
    ...fixedPart(thread.execution),
    State: {
      Name: thread.state?.name ?? "",
      EnteredTime: new Date(thread.enteredAt).toISOString(),
      RetryCount: thread.retryCount,
    },
    ...(token === undefined ? {} : { Task: { Token: token } }),
    ...(item === null ? {} : { Map: { Item: item } }),
  };
}

/** A role for the places where AWS names one; nothing is allowed or denied by it. */
export function roleArn(machineArn: string, machineName: string): string {
  const [, partition = "aws", , , account = ""] = machineArn.split(":");
  return `arn:${partition}:iam::${account}:role/${machineName}`;
}
