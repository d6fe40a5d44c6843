import { createHash } from "node:crypto";

/** Milliseconds that a collector has to take a span: the end of a task waits for it. */
const PATIENCE = 2_000;

/** A task or canvas that has ended, for a collector. Times in milliseconds since 1970. */
export interface Span {
  /** Of the task or canvas: its span's id is made of it, so that a repeat is the same span. */
  readonly id: string;
  /** The task or canvas around it; null for none. */
  readonly parent: string | null;
  readonly correlation: string;
  readonly name: string;
  readonly kind: "task" | "canvas";
  readonly start: number;
  readonly end: number;
  /** The type of the error; null where it ended well. Messages may hold what is private. */
  readonly error: string | null;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly events: readonly { readonly name: string; readonly at: number }[];
}

/** SPAN_KIND_CONSUMER and SPAN_KIND_INTERNAL, STATUS_CODE_OK and STATUS_CODE_ERROR (OTLP 1.x, trace.proto). */
const KINDS = { task: 5, canvas: 1 } as const;
const [OK, ERROR] = [1, 2];

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** 16 hex digits of a span's id. */
export function spanIdOf(id: string): string {
  return hash(id).slice(0, 16);
}

/**
 * 32 hex digits of the trace that a correlation id is of: its own, where it is a UUID or a trace id of W3C's Trace
 * Context, so that the caller's trace and this are one; else a hash of it.
 */
export function traceIdOf(correlation: string): string {
  const hex = correlation.replaceAll("-", "").toLowerCase();
  return /^(?!0{32})[0-9a-f]{32}$/.test(hex) ? hex : hash(correlation).slice(0, 32);
}

/** Sends a span as OTLP over HTTP, in JSON. @throws Error where the collector does not take it within 2 s */
export async function sendSpan(otlp: string, stage: string, span: Span): Promise<void> {
  const answer = await fetch(`${otlp.replace(/\/$/, "")}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(requestOf(stage, span)),
    signal: AbortSignal.timeout(PATIENCE),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
}

/** An ExportTraceServiceRequest of one span (OTLP 1.x, JSON Protobuf encoding: 64-bit integers are strings). */
function requestOf(stage: string, span: Span): object {
  const resource = { "service.name": "celeriac", "deployment.environment.name": stage };
  const one = {
    traceId: traceIdOf(span.correlation),
    spanId: spanIdOf(span.id),
    ...(span.parent !== null && { parentSpanId: spanIdOf(span.parent) }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanos(span.start),
    endTimeUnixNano: nanos(span.end),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, at }) => ({ name, timeUnixNano: nanos(at) })),
    status: span.error === null ? { code: OK } : { code: ERROR, message: span.error },
  };
  const scopeSpans = [{ scope: { name: "celeriac" }, spans: [one] }];
  return { resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] };
}

function nanos(milliseconds: number): string {
  return `${Math.round(milliseconds)}000000`;
}

function attributesOf(values: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: String(Math.round(value)) },
  }));
}
