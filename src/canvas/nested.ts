import { startCanvas } from "../aws/engine.ts";
import type { Runtime } from "../aws/runtime.ts";
import { canvasEnded } from "../end/ended.ts";
import { endOfCanvas } from "./settle.ts";

/**
 * Starts a canvas that is part of another. Its end answers the token that was kept last; one that had ended before, when its
 * state was tried again, answers the new token here.
 */
export async function startNested(runtime: Runtime, id: string, token: string | null): Promise<void> {
  const starts = await startCanvas(runtime, id, token);
  if (starts || token === null) return;
  const canvas = await runtime.canvases.canvas(id);
  const end = canvas === null ? null : await endOfCanvas(runtime, canvas);
  if (canvas !== null && end !== null) await canvasEnded(runtime, canvas, end);
}
