import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveDashboard } from "../../local/dashboard.ts";
import { type Embedded, startEmbedded } from "../../local/embedded.ts";
import { openFront } from "../../local/listen.ts";
import { synthesize } from "../../local/synth.ts";

/** The local stage with its dashboard, on free ports. */
export interface Stage {
  readonly embedded: Embedded;
  readonly dashboardUrl: string;
  readonly stop: () => Promise<void>;
}

/** Starts what `npm start` starts, in this process. */
export async function startStage(): Promise<Stage> {
  const root = join(import.meta.dirname, "..", "..");
  const assembly = await mkdtemp(join(tmpdir(), "celeriac-browser-"));
  const [embedded, front] = await Promise.all([
    startEmbedded(),
    openFront(0, "dashboard-port"),
    synthesize(root, assembly, new AbortController().signal),
  ]);
  await embedded.deploy(assembly);
  front.serve(serveDashboard(embedded));
  return {
    embedded,
    dashboardUrl: front.url,
    stop: async () => {
      await Promise.all([front.close(), embedded.stop()]);
      await rm(assembly, { recursive: true, force: true });
    },
  };
}
