import { createServer } from "node:http";
import * as z from "zod";

const Attributes = z.array(
  z.strictObject({
    key: z.string(),
    value: z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ intValue: z.string() })]),
  }),
);
const Nanos = z.string().regex(/^\d{19}$/);

/** A span as OTLP's JSON has it (OTLP 1.x, trace.proto): ids in hex, 64-bit integers as text. */
const Span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string().min(1),
  kind: z.int().min(0).max(5),
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: Attributes,
  events: z.array(z.strictObject({ name: z.string(), timeUnixNano: Nanos })),
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
});
export type Span = z.output<typeof Span>;

const ExportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: Attributes }),
      scopeSpans: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(Span) })),
    }),
  ),
});

/** A double of a collector of OpenTelemetry, which takes OTLP over HTTP in JSON. */
export interface Collector {
  readonly url: string;
  /** What it has taken, by the span's id: a repeat is the same span. */
  readonly spans: ReadonlyMap<string, Span>;
  /** What it was sent that is no such request. */
  readonly faults: string[];
  /** Has it refuse what comes from now on, or take it again. */
  readonly refuse: (refuses: boolean) => void;
  readonly close: () => Promise<void>;
}

/** Starts one at a free port. */
export async function startCollector(): Promise<Collector> {
  const spans = new Map<string, Span>();
  const faults: string[] = [];
  let refuses = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = (status: number): void => void response.writeHead(status).end("{}");
      if (refuses) return answer(503);
      if (request.method !== "POST" || request.url !== "/v1/traces") {
        faults.push(`${request.method} ${request.url}`);
        return answer(404);
      }
      const parsed = ExportRequest.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
      if (!parsed.success) {
        faults.push(z.prettifyError(parsed.error));
        return answer(400);
      }
      for (const { scopeSpans } of parsed.data.resourceSpans)
        for (const scope of scopeSpans) for (const span of scope.spans) spans.set(span.spanId, span);
      answer(200);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    faults,
    refuse: (refusing) => {
      refuses = refusing;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
