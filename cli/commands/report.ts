import { createRequire } from "node:module";
import { arch, platform, release } from "node:os";
import { Command } from "@commander-js/extra-typings";
import * as z from "zod";
import { Health, OpenApi, Queues, Registry, Workflows } from "../answers.ts";
import { CliError } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { count } from "../view/format.ts";

/** The version of this package. */
export function ownVersion(): string {
  return z.object({ version: z.string() }).parse(createRequire(import.meta.url)("celeriac/package.json")).version;
}

/** `celeriac report`. */
export function reportCommand(open: Open) {
  return new Command("report")
    .summary("versions and counts, for bug reports")
    .description(
      "Prints versions, the stage and counts. No arguments, results, keys or tokens: it can go into a bug report.",
    )
    .addHelpText("after", examples("report", "report --json > report.json"))
    .action(async () => {
      const session = await open();
      const report = await reportOf(session);
      if (session.terminal.json) return session.terminal.printJson(report);
      const width = Math.max(...Object.keys(report).map((name) => name.length));
      const { paint } = session.terminal;
      session.terminal.print(
        ...Object.entries(report).map(([name, value]) => `${paint("bold", name.padEnd(width))}  ${value}`),
      );
    });
}

async function reportOf(session: Session): Promise<Record<string, string>> {
  const { target } = session;
  const started = performance.now();
  const health = await ask(session, "/health", Health, ({ status }) => status);
  const took = Math.round(performance.now() - started);
  const { host } = new URL(target.url);
  return {
    celeriac: ownVersion(),
    node: process.versions.node,
    system: `${platform()} ${release()} ${arch()}`,
    // The id of a deployed API is nobody's business.
    api: host.replace(/^[^.]+(\.execute-api\.)/, "…$1"),
    stage: target.stage ?? "-",
    identity: target.identity.kind,
    health: `${health} in ${took} ms`,
    contract: await ask(
      session,
      "/openapi.json",
      OpenApi,
      ({ openapi, info }) => `${info.version} (OpenAPI ${openapi})`,
    ),
    tasks: await ask(session, "/registry", Registry, ({ tasks }) => {
      const modules = new Set(tasks.map(({ queue }) => queue));
      return `${tasks.length} in ${modules.size} modules`;
    }),
    workflows: await ask(session, "/workflows", Workflows, ({ workflows }) => String(workflows.length)),
    queues: await ask(session, "/queues", Queues, ({ queues }) => {
      const sum = (of: (queue: (typeof queues)[number]) => number): string =>
        count(queues.reduce((total, queue) => total + of(queue), 0));
      return `${sum((queue) => queue.waiting)} waiting, ${sum((queue) => queue.in_flight)} in flight, ${sum((queue) => queue.delayed)} delayed, ${sum((queue) => queue.dead)} dead`;
    }),
  };
}

/** What a route says; or why it says nothing, which is worth a report too. */
async function ask<T>(
  { api }: Session,
  path: string,
  schema: z.ZodType<T>,
  say: (answer: T) => string,
): Promise<string> {
  try {
    return say(await api.call("GET", path, schema));
  } catch (error) {
    if (error instanceof CliError) return `failed: ${error.message}`;
    throw error;
  }
}
