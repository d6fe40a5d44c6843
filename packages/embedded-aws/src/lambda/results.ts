import type { InvokeResult } from "../types.ts";
import { isRecord, parseJson } from "../values.ts";

/** What a function returned, as JSON text. */
export function success(payload: string): InvokeResult {
  return { payload, functionError: null, throttled: false, timedOut: false };
}

/** A function error from its document (`errorType`, `errorMessage`, `trace`), as JSON text. */
export function failure(document: string): InvokeResult {
  return { ...success(document), functionError: "Unhandled" };
}

/** A function error that the code has not thrown itself. */
export function errorResult(errorType: string, errorMessage: string): InvokeResult {
  return failure(JSON.stringify({ errorType, errorMessage, trace: [] }));
}

/** An error document in one line: type, message, and where in the code. */
export function describeError(document: string): string {
  const error = parseJson(document);
  if (!isRecord(error)) return document;
  const frames = Array.isArray(error["trace"]) ? error["trace"].map((frame) => String(frame).trim()) : [];
  const place = frames.find((frame) => frame.startsWith("at ") && !frame.includes("node:"));
  const message = String(error["errorMessage"]).replaceAll(/\s*\n\s*/g, " ");
  return `${String(error["errorType"])}: ${message}${place === undefined ? "" : ` ${place}`}`;
}
