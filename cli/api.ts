import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { createCaller } from "../remote/call.ts";
import type { Target } from "../remote/connect.ts";
import { Problem } from "./answers.ts";
import { CliError, EXIT, Refusal } from "./errors.ts";

/** What a request has besides its path. */
export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON, or as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API as the commands use it. */
export interface Api {
  /** @throws CliError with what the API said, or that it did not answer. */
  readonly call: <T>(method: string, path: string, schema: z.ZodType<T>, options?: RequestOptions) => Promise<T>;
}

/**
 * Times that a question is asked, and milliseconds before the second; each pause is twice the last. Nothing else is
 * sent twice: it might happen twice.
 */
const ATTEMPTS = 4;
const FIRST_PAUSE = 300;

/** Asks the API of `target`. @param signal ends what is under way */
export function createApi(target: Target, signal: AbortSignal): Api {
  const send = createCaller(target.url, target.identity, signal);
  /** A stage that answered once is there: what fails later is a moment's trouble. */
  let answered = false;

  async function attempt(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { body, type } = bodyOf(options.body);
    const headers = { ...(type === null ? {} : { "content-type": type }), ...options.headers };
    try {
      const response = await send({ method, path: path + queryOf(options.query), headers, body });
      answered = true;
      return response;
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(target, error);
    }
  }

  return {
    call: async (method, path, schema, options = {}) => {
      for (let count = 1; ; count += 1) {
        const retryable = method === "GET" && count < ATTEMPTS;
        const refusal = await attempt(method, path, options).then(
          async (response) => {
            const text = await response.text();
            return response.status < 400 ? { answer: read(text, schema, path) } : refusalOf(response.status, text);
          },
          (error: unknown) => {
            if (error instanceof CliError && answered) return error;
            throw error;
          },
        );
        if (!(refusal instanceof CliError)) return refusal.answer;
        if (!retryable || refusal.exit !== EXIT.unreachable) throw refusal;
        await delay(FIRST_PAUSE * 2 ** (count - 1), undefined, { signal });
      }
    },
  };
}

function bodyOf(body: unknown): { body: Uint8Array; type: string | null } {
  if (body === undefined) return { body: new Uint8Array(), type: null };
  if (body instanceof Uint8Array) return { body, type: "application/octet-stream" };
  return { body: Buffer.from(JSON.stringify(body)), type: "application/json" };
}

function queryOf(query: RequestOptions["query"] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
}

function read<T>(text: string, schema: z.ZodType<T>, path: string): T {
  const parsed = schema.safeParse(text === "" ? null : parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CliError(EXIT.refused, `The answer to ${path} is not what Celeriac's API says. Is this its URL?`, [
    `${["", ...(issue?.path ?? [])].join("/") || "/"}: ${issue?.message ?? "?"}`,
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the API said, in one sentence, with each fault's place below. */
function refusalOf(status: number, text: string): Refusal {
  const problem = Problem.safeParse(parseJson(text)).data ?? {};
  const said = problem.detail ?? problem.message ?? problem.title ?? "It gave no reason.";
  const width = Math.max(0, ...(problem.errors ?? []).map(({ path }) => path.length));
  const faults = (problem.errors ?? []).map(({ path, message }) => `${(path || "/").padEnd(width)}  ${message}`);
  const hint = status === 401 || status === 403 ? ["Say which caller asks with --api-key, --token or --sign."] : [];
  return new Refusal(status, `${said} (${status})`, [...faults, ...hint]);
}

function unreachable({ url }: Target, error: unknown): CliError {
  const timedOut = error instanceof Error && error.name === "TimeoutError";
  const local = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(url);
  const said = timedOut ? `${url} did not answer within 30 s.` : `Nothing answers at ${url}${reasonOf(error, local)}.`;
  const todo = local
    ? 'Start the local stack with "npm start", or say where the API is with --url or --stage.'
    : "Is the URL right, and the stage deployed?";
  return new CliError(EXIT.unreachable, `${said} ${todo}`, [], { cause: error });
}

/** What the network said, where it says more than that nobody is there. */
function reasonOf(error: unknown, local: boolean): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = z.object({ code: z.string() }).safeParse(cause).data?.code;
  return local && code === "ECONNREFUSED" ? "" : ` (${code ?? String(cause)})`;
}
