import { randomUUID } from "node:crypto";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { CORRELATION_ID } from "../../../src/core/http/requests.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import { toProblem } from "../../../src/submit/problem.ts";
import { logLine } from "../../../src/log.ts";

type Middleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

const HEADER = "x-correlation-id";

/** Gives every request a correlation id, the caller's or a new one, and puts it on the answer. */
export function correlation(): Middleware {
  const finish: NonNullable<Middleware["after"]> = ({ event, response }) => {
    if (response)
      response.headers = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        ...response.headers,
        [HEADER]: idOf(event),
      };
  };
  return {
    before: ({ event }) => {
      const given = idOf(event);
      event.headers = { ...event.headers, [HEADER]: given === "" ? randomUUID() : given };
      if (!CORRELATION_ID.test(given)) {
        event.headers[HEADER] = randomUUID();
        throw new Problem(
          400,
          "invalid_correlation_id",
          "An x-correlation-id is at most 128 printable ASCII characters.",
        );
      }
    },
    after: finish,
    onError: finish,
  };
}

function idOf(event: APIGatewayProxyEvent): string {
  const entry = Object.entries(event.headers ?? {}).findLast(([name]) => name.toLowerCase() === HEADER);
  return entry?.[1]?.trim() ?? "";
}

/** Answers every error as problem+json; what is not the client's fault is logged, and told without its inside. */
export function problems(): Middleware {
  return {
    onError: (request) => {
      const problem = toProblem(request.error);
      if (problem.status >= 500)
        logLine(
          "ERROR",
          String(request.error),
          { correlation_id: idOf(request.event) },
          { stack: request.error?.stack },
        );
      request.response = {
        statusCode: problem.status,
        headers: { "content-type": "application/problem+json", ...problem.headers },
        body: JSON.stringify(problem),
      };
    },
  };
}
