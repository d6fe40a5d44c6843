import type { Fault } from "../core/faults.ts";
import { RequestRefused } from "./errors.ts";

/** Whether a value is an object with keys. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads why a request was refused. API Gateway itself may say only `message`, and a proxy nothing. */
export function refusalOf(status: number, body: unknown, retryAfter: string | null): RequestRefused {
  const problem = isObject(body) ? body : {};
  const detail = [problem["detail"], problem["message"], problem["title"]].find((text) => typeof text === "string");
  const type = typeof problem["type"] === "string" ? problem["type"] : "";
  const code = type.slice(type.lastIndexOf(":") + 1) || `http_${status}`;
  const seconds = retryAfter === null || retryAfter === "" ? NaN : Number(retryAfter);
  return new RequestRefused({
    status,
    code,
    detail: detail ?? "It gave no reason.",
    errors: Array.isArray(problem["errors"]) ? problem["errors"].filter(isFault) : [],
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  });
}

function isFault(value: unknown): value is Fault {
  return isObject(value) && typeof value["path"] === "string" && typeof value["message"] === "string";
}
