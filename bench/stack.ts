import { existsSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "./client.ts";
import { CALLERS, type Load, measure } from "./load.ts";
import { startProcess } from "./processes.ts";
import type { Round } from "./table.ts";

const READY = /Celeriac is ready .*?API (http:\S+?),/;

/** The local run of a checkout, on free ports: started, measured, and ended. @param root the checkout's folder */
export async function measureStack(root: string, load: Load): Promise<Round> {
  const own = join(root, "node_modules", ".bin", "node");
  const stack = await startProcess({
    command: existsSync(own) ? own : process.execPath,
    args: ["local/main.ts", "--port", "0", "--aws-port", "0", "--no-dashboard"],
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
