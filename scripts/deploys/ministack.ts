import { join } from "node:path";
import { answers, freePort, startServer } from "../emulator/children.ts";
import { pythonWith } from "../emulator/venv.ts";
import { forgiveMissingChangeSets } from "./change-sets.ts";

/** An emulator with an empty account. */
export interface Running {
  readonly url: string;
  /** Where its CloudFormation is asked. */
  readonly cloudFormation: string;
  readonly account: string;
  /** What the CDK is told besides the stage. */
  readonly context: readonly string[];
  readonly stop: () => Promise<void>;
}

const VERSION = "1.4.21";

/** Starts MiniStack. @param folder for its log and its files */
export async function startMiniStack(folder: string): Promise<Running> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const name = "ministack";
  const python = await pythonWith({ name, version: VERSION, requirement: name, with: [], python: [3, 10] });
  const env = { GATEWAY_PORT: String(port), BIND_HOST: "127.0.0.1", TMPDIR: folder };
  const server = await startServer(python, ["-m", "ministack"], { env, log: join(folder, "ministack.log") });
  await answers(`${url}/_ministack/health`, server, 60);
  const changeSets = await forgiveMissingChangeSets(url);
  const stop = async (): Promise<void> => {
    changeSets.server.closeAllConnections();
    changeSets.server.close();
    await server.stop();
  };
  const context = ["-c", "emulator=ministack"];
  return { url, cloudFormation: changeSets.url, account: "000000000000", context, stop };
}
