import * as z from "zod";
import type { Target } from "../remote/connect.ts";
import { RequestRefused, UnexpectedAnswer, Unreachable } from "../src/client/errors.ts";
import { type RequestOptions, createHttp } from "../src/client/http.ts";
import { CliError, EXIT, Refusal } from "./errors.ts";

/** The API as the commands use it. */
export interface Api {
  /** @throws CliError with what the API said, or that it did not answer. */
  readonly call: <T>(method: string, path: string, schema: z.ZodType<T>, options?: RequestOptions) => Promise<T>;
}

/** Asks the API of `target`. @param signal ends what is under way */
export function createApi(target: Target, signal: AbortSignal): Api {
  // A stage that answered once is there: what fails later is a moment's trouble.
  const http = createHttp({ ...target, signal, insist: false });
  return {
    call: async (method, path, schema, options = {}) => {
      const answer = await http.request(method, path, options).catch((error: unknown) => {
        throw said(target, error);
      });
      return read(answer, schema, path);
    },
  };
}

/** What went wrong, as the command line says it. */
function said(target: Target, error: unknown): unknown {
  if (error instanceof RequestRefused) return refusalOf(error);
  if (error instanceof UnexpectedAnswer) return new CliError(EXIT.refused, error.message, [], { cause: error });
  return error instanceof Unreachable ? unreachable(target, error.cause) : error;
}

function read<T>(answer: unknown, schema: z.ZodType<T>, path: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CliError(EXIT.refused, `The answer to ${path} is not what Celeriac's API says. Is this its URL?`, [
    `${["", ...(issue?.path ?? [])].join("/") || "/"}: ${issue?.message ?? "?"}`,
  ]);
}

/** What the API said, in one sentence, with each fault's place below. */
function refusalOf({ status, detail, errors }: RequestRefused): Refusal {
  const width = Math.max(0, ...errors.map(({ path }) => path.length));
  const faults = errors.map(({ path, message }) => `${(path || "/").padEnd(width)}  ${message}`);
  const hint = status === 401 || status === 403 ? ["Say which caller asks with --api-key, --token or --sign."] : [];
  return new Refusal(status, `${detail} (${status})`, [...faults, ...hint]);
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
