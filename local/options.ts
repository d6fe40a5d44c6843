import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { FAULTS, messageOf, parseFaults } from "embedded-aws";
import type { FaultSettings } from "embedded-aws";

/** What the start command was asked for. */
export interface Options {
  readonly port: number;
  readonly awsPort: number;
  /** Null where there is to be no dashboard. */
  readonly dashboardPort: number | null;
  /** Absolute; undefined for a run in memory. */
  readonly data: string | undefined;
  /** Absolute; undefined where there are no secrets. */
  readonly secrets: string | undefined;
  /** Invocations that the account runs at once; undefined where there is no limit. */
  readonly accountConcurrency: number | undefined;
  /** The task module whose tasks a debugger can be attached to, and its port; null where there is none. */
  readonly inspect: { readonly module: string; readonly port: number } | null;
  /** Undefined where nothing is to be injected. */
  readonly faults: FaultSettings | undefined;
}

const faultHelp = Object.entries(FAULTS).map(([fault, effect]) => `    ${fault.padEnd(14)}${effect}`);

export const HELP = `Runs the whole stack on this machine: npm start -- [flags]

  --port N            port of the API (default 8000)
  --aws-port N        port of the local AWS: SQS, DynamoDB, S3, Lambda, Step Functions, Scheduler, SES (default 4566)
  --dashboard-port N  port of the dashboard (default 5555)
  --no-dashboard      serve no dashboard
  --data DIR          keep tables, queues, objects, schedules and mails in DIR (default: in memory, gone at the end)
  --secrets FILE      a JSON object of the names and values that Secrets Manager is to have (default: none)
  --concurrency N     run N Lambdas at once and throttle what is above, as an account does: new ones often have 10
  --faults LIST       let things go wrong by chance, such as duplicate=0.2,kill=0.05,visibility=5,seed=7 (default: none)
  --inspect MODULE    let a debugger attach to the tasks of a module, at port 9229 or MODULE:PORT (docs/debugging.md)
  --help              this text

Faults, each with its probability from 0 to 1:
${faultHelp.join("\n")}
Beside them: visibility=SECONDS brings messages of failed batches back sooner than their queue says, seed=N repeats a run.
GET and PUT AWS/_faults tell and change what is injected.

Ctrl-C ends it and all that it started. Edits in functions/, src/ and lib/ take effect by themselves.
`;

/**
 * Reads the flags of the start command. Null stands for `--help`.
 * @param directory what a relative `--data` is relative to
 * @throws Error in one line for an unknown flag or a bad value
 */
export function readOptions(args: readonly string[], directory: string): Options | null {
  const { values } = parse(args);
  if (values.help) return null;
  const ports = {
    port: readPort("port", values.port),
    awsPort: readPort("aws-port", values["aws-port"]),
    dashboardPort: values["no-dashboard"] ? null : readPort("dashboard-port", values["dashboard-port"]),
  };
  if (values.data === "") throw new Error("--data needs a directory, got nothing.");
  const data = values.data === undefined ? undefined : resolve(directory, values.data);
  if (values.secrets === "") throw new Error("--secrets needs a file, got nothing.");
  const secrets = values.secrets === undefined ? undefined : resolve(directory, values.secrets);
  const accountConcurrency = values.concurrency === undefined ? undefined : readConcurrency(values.concurrency);
  const inspect = values.inspect === undefined ? null : readInspect(values.inspect);
  const faults = values.faults === undefined ? undefined : faultsOf(values.faults);
  return { ...ports, data, secrets, accountConcurrency, inspect, faults };
}

function faultsOf(text: string): FaultSettings {
  try {
    return parseFaults(text);
  } catch (error) {
    throw new Error(`--faults: ${messageOf(error)}`, { cause: error });
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "8000" },
        "aws-port": { type: "string", default: "4566" },
        "dashboard-port": { type: "string", default: "5555" },
        "no-dashboard": { type: "boolean" },
        data: { type: "string" },
        secrets: { type: "string" },
        faults: { type: "string" },
        concurrency: { type: "string" },
        inspect: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? "") : String(error);
    throw new Error(
      `${message}. The flags are --port, --aws-port, --dashboard-port, --no-dashboard, --data, --secrets, --concurrency, --faults, --inspect, --help.`,
      {
        cause: error,
      },
    );
  }
}

function readConcurrency(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1) return number;
  throw new Error(`--concurrency needs a number of Lambdas from 1, got "${value}".`);
}

/** The port that Node and debuggers use where none is named. */
const INSPECT_PORT = "9229";

function readInspect(value: string): NonNullable<Options["inspect"]> {
  const [, module, port = INSPECT_PORT] = /^([a-z][a-z0-9_-]*)(?::(.*))?$/.exec(value) ?? [];
  if (module !== undefined) return { module, port: readPort("inspect", port) };
  throw new Error(`--inspect needs the name of a task module, such as math or math:9230, got "${value}".`);
}

function readPort(flag: string, value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new Error(`--${flag} needs a port from 0 (any free one) to 65535, got "${value}".`);
}
