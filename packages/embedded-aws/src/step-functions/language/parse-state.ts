import { parseChoiceRule } from "./choice.ts";
import { type Expression, parseExpression } from "./expression.ts";
import { definitionFault, Fields, show } from "./fields.ts";
import { isJsonObject } from "./json.ts";
import type { Branch, FailState, MapState, ParallelState, PassState, State, WaitState } from "./machine.ts";
import { parseTask } from "./parse-task.ts";
import { type Path, parsePath } from "./path.ts";
import { parseCatch, parseRetry } from "./retry.ts";
import { parseTemplate, type Template } from "./template.ts";
import { parseTimestamp } from "./timestamps.ts";

/** What reading a state needs from reading the machine around it. */
export interface StateContext {
  readonly parseBranch: (fields: Fields) => Branch;
  readonly requireJsonPath: (fields: Fields) => void;
}

const ROOT = parsePath("$");

/** Reads one state. Throws a DefinitionError for a field that its type does not have or that is not served. */
export function parseState(name: string, fields: Fields, context: StateContext): State {
  const type = fields.string("Type");
  fields.refuseUnserved(`a ${type} state`);
  fields.take("Comment");
  context.requireJsonPath(fields);
  const state = parseByType(type, name, fields, context);
  fields.done(`a ${type} state`);
  return state;
}

function parseByType(type: string, name: string, fields: Fields, context: StateContext): State {
  switch (type) {
    case "Task":
      return { ...parseFlow(name, fields), ...parseResult(fields), ...parseTask(fields), type };
    case "Choice":
      return { ...parseData(name, fields), ...parseChoices(fields), type };
    case "Pass":
      return parsePass(name, fields);
    case "Wait":
      return { ...parseFlow(name, fields), type, until: parseUntil(fields) };
    case "Succeed":
      return { ...parseData(name, fields), type };
    case "Fail":
      return parseFail(name, fields);
    case "Parallel":
      return parseParallel(name, fields, context);
    case "Map":
      return parseMap(name, fields, context);
    default:
      throw fields.fault("Type", `there is no state of type ${type}`);
  }
}

function parseData(name: string, fields: Fields): { name: string; inputPath: Path | null; outputPath: Path | null } {
  return {
    name,
    inputPath: fields.nullablePath("InputPath", ROOT),
    outputPath: fields.nullablePath("OutputPath", ROOT),
  };
}

function parseFlow(name: string, fields: Fields): ReturnType<typeof parseData> & { next: string | null } {
  const next = fields.optionalString("Next");
  const end = fields.take("End");
  if (end !== undefined && end !== true && end !== false) throw fields.fault("End", `expected true, got ${show(end)}`);
  if ((next === null) === (end !== true)) throw fields.fault("Next", "a state has either Next or End");
  return { ...parseData(name, fields), next };
}

function parseResultPath(fields: Fields): Path | null {
  const path = fields.nullablePath("ResultPath", ROOT);
  if (path?.root === "$$") throw fields.fault("ResultPath", "the context object can't be written to");
  return path;
}

function parseResult(fields: Fields): Pick<ParallelState, "resultSelector" | "resultPath" | "retry" | "catch"> {
  return {
    resultSelector: parseObjectTemplate("ResultSelector", fields),
    resultPath: parseResultPath(fields),
    retry: parseRetry(fields),
    catch: parseCatch(fields),
  };
}

/** A payload template that AWS wants to be an object. */
function parseObjectTemplate(name: string, fields: Fields): Template | null {
  const value = fields.take(name);
  if (value === undefined) return null;
  if (!isJsonObject(value)) throw fields.fault(name, `expected an object, got ${show(value)}`);
  return parseTemplate(value, fields.at(name), definitionFault);
}

function parseChoices(fields: Fields): { choices: ReturnType<typeof parseChoiceRule>[]; fallback: string | null } {
  const choices = fields
    .list("Choices")
    .map((rule, index) => parseChoiceRule(rule, `${fields.at("Choices")}/${index}`));
  return { choices, fallback: fields.optionalString("Default") };
}

function parsePass(name: string, fields: Fields): PassState {
  const result = fields.take("Result");
  return {
    ...parseFlow(name, fields),
    type: "Pass",
    result: result === undefined ? null : { kind: "literal", value: result },
    parameters: parseObjectTemplate("Parameters", fields),
    resultPath: parseResultPath(fields),
  };
}

function parseUntil(fields: Fields): WaitState["until"] {
  const given = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"].filter((name) => fields.has(name));
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw fields.fault(only ?? "Seconds", "a Wait state has one of Seconds, SecondsPath, Timestamp, TimestampPath");
  }
  const path = only.endsWith("Path") ? fields.optionalPath(only) : null;
  if (only === "Seconds") return { kind: "seconds", seconds: fields.integer("Seconds", 0, 99_999_999, 0) };
  if (only === "SecondsPath" && path !== null) return { kind: "seconds", seconds: path };
  if (path !== null) return { kind: "timestamp", timestamp: path };
  const timestamp = fields.string("Timestamp");
  if (parseTimestamp(timestamp) === null) {
    throw fields.fault("Timestamp", `expected a timestamp such as 2026-11-22T11:00:00Z, got ${timestamp}`);
  }
  return { kind: "timestamp", timestamp };
}

function parseFail(name: string, fields: Fields): FailState {
  return { name, type: "Fail", error: parseText("Error", fields), cause: parseText("Cause", fields) };
}

function parseText(name: "Error" | "Cause", fields: Fields): string | Expression | null {
  const text = fields.optionalString(name);
  const expression = fields.optionalString(`${name}Path`);
  if (expression === null) return text;
  if (text !== null) throw fields.fault(`${name}Path`, `a Fail state has ${name} or ${name}Path, not both`);
  try {
    return parseExpression(expression);
  } catch (error) {
    throw fields.fault(`${name}Path`, error instanceof Error ? error.message : String(error));
  }
}

function parseParallel(name: string, fields: Fields, context: StateContext): ParallelState {
  const branches = fields.list("Branches").map((item, index) => {
    const branch = new Fields(item, `${fields.at("Branches")}/${index}`);
    branch.take("Comment");
    const parsed = context.parseBranch(branch);
    branch.done("a branch");
    return parsed;
  });
  const parameters = parseObjectTemplate("Parameters", fields);
  return { ...parseFlow(name, fields), ...parseResult(fields), type: "Parallel", parameters, branches };
}

function parseMap(name: string, fields: Fields, context: StateContext): MapState {
  if (fields.has("Parameters") && fields.has("ItemSelector")) {
    throw fields.fault("Parameters", "a Map state has ItemSelector or its older name Parameters, not both");
  }
  const processor = fields.object("ItemProcessor");
  parseProcessorConfig(processor);
  processor.take("Comment");
  const branch = context.parseBranch(processor);
  processor.done("an ItemProcessor");
  return {
    ...parseFlow(name, fields),
    ...parseResult(fields),
    type: "Map",
    itemsPath: fields.optionalPath("ItemsPath") ?? ROOT,
    itemSelector: parseObjectTemplate(fields.has("Parameters") ? "Parameters" : "ItemSelector", fields),
    maxConcurrency: fields.integer("MaxConcurrency", 0, Number.MAX_SAFE_INTEGER, 0),
    processor: branch,
  };
}

function parseProcessorConfig(processor: Fields): void {
  if (!processor.has("ProcessorConfig")) return;
  const config = processor.object("ProcessorConfig");
  const mode = config.optionalString("Mode") ?? "INLINE";
  if (mode !== "INLINE") throw config.fault("Mode", `the embedded Step Functions serves INLINE maps only, got ${mode}`);
  config.done("a ProcessorConfig");
}
