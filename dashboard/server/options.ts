import { parseArgs } from "node:util";

/** What `--help` says. */
export const HELP = `Serves the dashboard of a deployed stage on this machine: npm run dashboard -- --stage NAME

  --stage NAME   the stage; its API is found by its stack, in the region of your AWS configuration
  --url URL      the API instead, such as https://api.example.com/v1; with --stage as well, logs and ages are to be had
  --port N       port of the dashboard (default 5555; 0 for any free one)
  --help         this text

Requests are signed with your own AWS credentials, as the AWS CLI finds them (AWS_PROFILE, SSO, environment). Of a stage that asks for
something else, CELERIAC_TOKEN (a bearer token) or CELERIAC_API_KEY is taken; a --url of this machine needs none. Nothing is public: the server listens on 127.0.0.1 alone.
`;

/** What the dashboard of a stage was asked for. At least one of stage and URL is given. */
export interface Options {
  readonly stage: string | undefined;
  readonly url: string | undefined;
  readonly port: number;
}

/** Reads the flags. Null stands for `--help`. @throws Error in one line */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parse(args);
  if (values.help) return null;
  const { stage, url, port } = values;
  if (stage === undefined && url === undefined)
    throw new Error("Give the stage with --stage NAME, or its API with --url URL.");
  if (stage !== undefined && !/^[a-z][a-z0-9]{0,8}$/.test(stage)) throw new Error(`"${stage}" is no name of a stage.`);
  if (url !== undefined && !/^https?:\/\/[^/?#]+[^?#]*$/.test(url))
    throw new Error(`--url needs a URL such as https://api.example.com/v1, got "${url}".`);
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port needs a port from 0 (any free one) to 65535, got "${port}".`);
  return { stage, url, port: Number(port) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stage: { type: "string" },
        url: { type: "string" },
        port: { type: "string", default: "5555" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? "") : String(error);
    throw new Error(`${message}. The flags are --stage, --url, --port, --help.`, { cause: error });
  }
}
