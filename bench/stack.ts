import { existsSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "./client.ts";
import { CALLERS, type Load, measure } from "./load.ts";
import { startProcess } from "./processes.ts";
import type { Round } from "./table.ts";

/** What the local run says when it is ready; the group is the address of its API. */
export const READY = /Celeriac is ready .*?API (http:\S+?),/;

/** Starts the local run of a checkout, from its folder, on free ports. */
export const LOCAL_RUN = ["local/main.ts", "--port", "0", "--aws-port", "0", "--no-dashboard"];

/** The local run of a checkout, on free ports: started, measured, and ended. @param root the checkout's folder */
export async function measureStack(root: string, load: Load): Promise<Round> {
  const own = join(root, "node_modules", ".bin", "node");
  const stack = await startProcess({
    command: existsSync(own) ? own : process.execPath,
    args: LOCAL_RUN,
    cwd: root,
    ready: READY,
  });
  const client = createClient(stack.found, CALLERS);
  try {
    const figures = await measure(client, load);
    return { ...figures, ...stack.usage(), ready: stack.took };
  } finally {
    client.close();
    await stack.stop();
  }
}
