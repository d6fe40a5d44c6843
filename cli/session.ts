import { ConnectError, type Target, type Where, connect } from "../remote/connect.ts";
import { type Api, createApi } from "./api.ts";
import { CliError, EXIT } from "./errors.ts";
import { type Terminal, createTerminal } from "./terminal.ts";

/** What a command works with. */
export interface Session {
  readonly api: Api;
  readonly target: Target;
  readonly terminal: Terminal;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Opens a command's session, by the flags that all commands share. */
export type Open = () => Promise<Session>;

/** The flags that all commands share. */
export interface Shared extends Where {
  readonly json?: boolean | undefined;
}

/** Finds the API and the caller. @throws CliError */
export async function openSession(shared: Shared, signal: AbortSignal): Promise<Session> {
  try {
    const target = await connect(shared, process.env);
    const terminal = createTerminal(shared.json === true, process);
    return { api: createApi(target, signal), target, terminal, signal };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    throw new CliError(error.code === "usage" ? EXIT.usage : EXIT.unreachable, error.message, [], { cause: error });
  }
}
