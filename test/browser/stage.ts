import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveDashboard } from "../../local/dashboard.ts";
import { openFront, startEmbeddedAws } from "embedded-aws";
import type { EmbeddedAws } from "embedded-aws";
import { synthesize } from "../../local/synth.ts";
import { createTaskLogs } from "../../local/task-logs.ts";

/** The local stage with its dashboard, on free ports. */
export interface Stage {
  readonly embedded: EmbeddedAws;
  readonly dashboardUrl: string;
  readonly stop: () => Promise<void>;
}

/** Starts what `npm start` starts, in this process. */
export async function startStage(): Promise<Stage> {
  const root = join(import.meta.dirname, "..", "..");
  const assembly = await mkdtemp(join(tmpdir(), "celeriac-browser-"));
  const taskLogs = createTaskLogs();
  const [embedded, front] = await Promise.all([
    startEmbeddedAws({ onFunctionLine: (_name, line) => taskLogs.add(line) }),
    openFront(0, "dashboard-port"),
    synthesize(root, assembly, new AbortController().signal),
  ]);
  await embedded.deploy(assembly);
  front.serve(serveDashboard(embedded, taskLogs, "celeriac"));
  return {
    embedded,
    dashboardUrl: front.url,
    stop: async () => {
      await Promise.all([front.close(), embedded.stop()]);
      await rm(assembly, { recursive: true, force: true });
    },
  };
}
