import { failure } from "../language/failure.ts";
import { parseJsonText } from "../language/json.ts";
import { executionArn, type Executions } from "../runtime/executions.ts";
import { renderEvent, type RenderedEvent } from "../runtime/history.ts";
import type { ExecutionRecord } from "../runtime/record.ts";
import type { TaskRun } from "../runtime/task-states.ts";
import type { DeployedMachine } from "../runtime/thread.ts";
import { ServiceError } from "../../json-service.ts";
import { readToken, writeToken } from "./paging.ts";
import { pageSize, parseRequest, requests } from "./requests.ts";
import { describeExecution, describeMachine, listExecution, listMachine } from "./views.ts";

/** One operation: the request's body in, the answer's body out. Throws a ServiceError for what AWS refuses. */
export type Operation = (body: unknown, executions: Executions) => object;

/** The operations that are served, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["ListStateMachines", listStateMachines],
  ["DescribeStateMachine", describeStateMachine],
  ["StartExecution", startExecution],
  ["DescribeExecution", (body, executions) => describeExecution(findByBody(body, executions))],
  ["ListExecutions", listExecutions],
  ["GetExecutionHistory", getExecutionHistory],
  ["StopExecution", stopExecution],
  ["SendTaskSuccess", sendTaskSuccess],
  ["SendTaskFailure", sendTaskFailure],
  ["SendTaskHeartbeat", sendTaskHeartbeat],
]);

/** What a name may not have, by the API reference: white space, brackets, wildcards, special and control characters. */
const NOT_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

function listStateMachines(body: unknown, executions: Executions): object {
  const request = parseRequest(requests.listStateMachines, body);
  const size = pageSize(request.maxResults);
  const from = readToken(request.nextToken, "machines", 0);
  const machines = executions.machines();
  const stateMachines = machines.slice(from, from + size).map(listMachine);
  return from + size < machines.length
    ? { stateMachines, nextToken: writeToken("machines", from + size) }
    : { stateMachines };
}

function describeStateMachine(body: unknown, executions: Executions): object {
  const { stateMachineArn } = parseRequest(requests.describeStateMachine, body);
  return describeMachine(findMachine(stateMachineArn, executions));
}

function startExecution(body: unknown, executions: Executions): object {
  const { stateMachineArn, name, input } = parseRequest(requests.startExecution, body);
  if (typeof name === "string" && NOT_IN_NAMES.test(name)) {
    throw new ServiceError("InvalidName", `Invalid Name: '${name}'`);
  }
  const machine = findMachine(assertArn(stateMachineArn), executions);
  const value = parseJsonText(input);
  if (value === undefined) {
    throw new ServiceError(
      "InvalidExecutionInput",
      "Invalid State Machine Execution Input: 'The input is not valid JSON.'",
    );
  }
  const record =
    typeof name === "string"
      ? (findRepeated(machine, name, input, executions) ?? executions.start(machine, name, input, value))
      : executions.start(machine, null, input, value);
  return { executionArn: record.arn, startDate: record.startedAt / 1000 };
}

/** StartExecution is idempotent while an execution of the same name and input runs; else the name is taken. */
function findRepeated(
  machine: DeployedMachine,
  name: string,
  input: string,
  executions: Executions,
): ExecutionRecord | undefined {
  const arn = executionArn(machine.arn, name);
  if (!executions.isTaken(arn)) return undefined;
  const record = executions.find(arn);
  if (record?.status === "RUNNING" && record.inputText === input) return record;
  throw new ServiceError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
}

function listExecutions(body: unknown, executions: Executions): object {
  const { stateMachineArn, statusFilter, maxResults, nextToken } = parseRequest(requests.listExecutions, body);
  const machine = findMachine(assertArn(stateMachineArn), executions);
  const size = pageSize(maxResults);
  const subject = `${machine.arn} ${statusFilter ?? ""}`;
  const below = readToken(nextToken, subject, Number.MAX_SAFE_INTEGER);
  const found = executions.list(machine.arn, statusFilter ?? null, below, size + 1);
  const page = found.slice(0, size);
  const last = page.at(-1);
  const list = page.map(listExecution);
  return found.length > size && last !== undefined
    ? { executions: list, nextToken: writeToken(subject, last.serial) }
    : { executions: list };
}

/** A page ends early where it would be more than this; events of 256 KiB a thousand times over fit no answer. */
const MAX_PAGE_CHARACTERS = 4_000_000;

function getExecutionHistory(body: unknown, executions: Executions): object {
  const request = parseRequest(requests.getExecutionHistory, body);
  const arn = assertArn(request.executionArn);
  const rows = executions.rows(arn);
  if (rows === undefined) throw doesNotExist(arn);
  const reverse = request.reverseOrder ?? false;
  const subject = `${arn} ${reverse}`;
  // Counted in ids, so that a page of a running execution in reverse order is not shifted by new events.
  let id = readToken(request.nextToken, subject, reverse ? rows.length : 1);
  const events: RenderedEvent[] = [];
  let characters = 0;
  while (events.length < pageSize(request.maxResults) && characters < MAX_PAGE_CHARACTERS) {
    const row = rows[id - 1];
    if (row === undefined) return { events };
    const event = renderEvent(row, id, request.includeExecutionData ?? true);
    events.push(event);
    characters += JSON.stringify(event).length;
    id += reverse ? -1 : 1;
  }
  return rows[id - 1] === undefined ? { events } : { events, nextToken: writeToken(subject, id) };
}

function stopExecution(body: unknown, executions: Executions): object {
  const request = parseRequest(requests.stopExecution, body);
  const arn = assertArn(request.executionArn);
  executions.abort(arn, failure(request.error ?? null, request.cause ?? null));
  const stoppedAt = executions.find(arn)?.stoppedAt ?? null;
  if (stoppedAt === null) throw doesNotExist(arn);
  return { stopDate: stoppedAt / 1000 };
}

function sendTaskSuccess(body: unknown, executions: Executions): object {
  const { taskToken, output: text } = parseRequest(requests.sendTaskSuccess, body);
  const output = parseJsonText(text);
  if (output === undefined) throw new ServiceError("InvalidOutput", "Invalid Output: 'The output is not valid JSON.'");
  executions.tasks.answer(findTask(taskToken, executions), { kind: "output", output });
  return {};
}

function sendTaskFailure(body: unknown, executions: Executions): object {
  const { taskToken, error, cause } = parseRequest(requests.sendTaskFailure, body);
  const reason = failure(error ?? null, cause ?? null);
  executions.tasks.answer(findTask(taskToken, executions), { kind: "failure", failure: reason });
  return {};
}

function sendTaskHeartbeat(body: unknown, executions: Executions): object {
  const { taskToken } = parseRequest(requests.sendTaskHeartbeat, body);
  executions.tasks.heartbeat(findTask(taskToken, executions));
  return {};
}

function findTask(token: string, executions: Executions): TaskRun {
  const found = executions.tokens.find(token);
  if (found.kind === "waiting") return found.task;
  if (found.kind === "over") {
    throw new ServiceError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  }
  if (found.kind === "unknown") throw new ServiceError("TaskDoesNotExist", "Task Does Not Exist: 'Unknown task token'");
  throw new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
}

function findMachine(arn: string, executions: Executions): DeployedMachine {
  const machine = executions.machine(arn);
  if (machine !== undefined) return machine;
  throw new ServiceError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
}

function findByBody(body: unknown, executions: Executions): ExecutionRecord {
  const { executionArn: arn } = parseRequest(requests.describeExecution, body);
  const record = executions.find(assertArn(arn));
  if (record === undefined) throw doesNotExist(arn);
  return record;
}

function assertArn(arn: string): string {
  if (!arn.startsWith("arn:")) throw new ServiceError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  return arn;
}

function doesNotExist(arn: string): ServiceError {
  return new ServiceError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
}
