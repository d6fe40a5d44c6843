import type { Command, OptionValues } from "@commander-js/extra-typings";
import * as z from "zod";
import { Submission } from "./answers.ts";
import { CliError, EXIT, Refusal } from "./errors.ts";
import { suggestionsFor } from "./suggest.ts";
import type { Session } from "./session.ts";
import { seconds } from "./values.ts";
import { printEnd, untilEnded } from "./wait.ts";

/** What is said of a submission besides what is to run. */
export interface Submitting {
  readonly wait?: boolean | undefined;
  readonly timeout?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly correlationId?: string | undefined;
}

/**
 * The options of commands that start something.
 * @internal Its inferred type is 4 MB in a declaration; no other package imports it.
 */
export function withSubmitting<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option("-w, --wait", "wait for the end, and print the result")
    .option(
      "--timeout <time>",
      "wait for so long at the most: 30, 5m (implies --wait; exit code 4 when it is over)",
      seconds,
    )
    .option("--idempotency-key <key>", "repeat it safely: within 24 h the same key starts nothing new")
    .option("--correlation-id <id>", "an id for all that comes of it, in the logs");
}

/** Submits; then prints the id whose result is the final value, or waits and prints that. @returns what to exit with */
export async function submit(session: Session, path: string, body: unknown, how: Submitting): Promise<number> {
  const headers = {
    ...(how.idempotencyKey !== undefined && { "idempotency-key": how.idempotencyKey }),
    ...(how.correlationId !== undefined && { "x-correlation-id": how.correlationId }),
  };
  const submission = await session.api
    .call("POST", path, Submission, { body, headers })
    .catch((error: unknown) => withSuggestion(session, body, error));
  if (how.wait === true || how.timeout !== undefined) {
    return printEnd(session, await waitFor(session, submission.task_id, how.timeout));
  }
  if (session.terminal.json) session.terminal.printJson(submission);
  else session.terminal.print(submission.task_id);
  return EXIT.ok;
}

/** Waits, and says at Ctrl-C how to come back to it. */
export async function waitFor(
  session: Session,
  id: string,
  timeout: number | undefined,
): ReturnType<typeof untilEnded> {
  try {
    return await untilEnded(session, id, timeout ?? null);
  } catch (error) {
    if (session.signal.aborted) {
      session.terminal.note(
        `It goes on without you: "celeriac result ${id}" asks again, "celeriac revoke ${id}" stops it.`,
      );
    }
    throw error;
  }
}

/** A refusal of tasks that there are not says which there are that may have been meant. @throws always */
async function withSuggestion(session: Session, body: unknown, error: unknown): Promise<never> {
  if (!(error instanceof Refusal) || error.status !== 400) throw error;
  const meant = await suggestionsFor(session, namesIn(body));
  if (meant.length === 0) throw error;
  throw new CliError(error.exit, error.message, [...error.details, ...meant], { cause: error });
}

/** Keys of nodes, and of requests, below which other nodes are. */
const AROUND = ["tasks", "chain", "group", "chord", "header", "body"] as const;

/** The tasks that a request names, in whatever canvas. */
function namesIn(body: unknown): string[] {
  if (Array.isArray(body)) return body.flatMap(namesIn);
  const node = z.record(z.string(), z.unknown()).safeParse(body);
  if (!node.success) return [];
  const { task } = node.data;
  return [...(typeof task === "string" ? [task] : []), ...AROUND.flatMap((key) => namesIn(node.data[key]))];
}
