import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the start command was asked for. */
export interface Options {
  readonly port: number;
  readonly awsPort: number;
  readonly dashboardPort: number;
  /** Absolute; undefined for a run in memory. */
  readonly data: string | undefined;
}

export const HELP = `Runs the whole stack on this machine: npm start -- [flags]

  --port N            port of the API (default 8000)
  --aws-port N        port of the local AWS: SQS, DynamoDB, S3, Lambda, Step Functions, SES (default 4566)
  --dashboard-port N  port of the dashboard (default 5555)
  --data DIR          keep tables, queues, objects and mails in DIR (default: in memory, gone at the end)
  --help              this text

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
    dashboardPort: readPort("dashboard-port", values["dashboard-port"]),
  };
  if (values.data === "") throw new Error("--data needs a directory, got nothing.");
  return { ...ports, data: values.data === undefined ? undefined : resolve(directory, values.data) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "8000" },
        "aws-port": { type: "string", default: "4566" },
        "dashboard-port": { type: "string", default: "5555" },
        data: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? "") : String(error);
    throw new Error(`${message}. The flags are --port, --aws-port, --dashboard-port, --data, --help.`, {
      cause: error,
    });
  }
}

function readPort(flag: string, value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new Error(`--${flag} needs a port from 0 (any free one) to 65535, got "${value}".`);
}
