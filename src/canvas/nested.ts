import { startCanvas } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import { canvasEnded } from "../end/ended.ts";
import { endOfCanvas } from "./settle.ts";

/**
 * Starts a canvas that is part of another. Its end answers the token that was kept last; one that had ended before,
 * when its state was tried again, answers the new token here.
 */
export async function startNested(services: Services, id: string, token: string | null): Promise<void> {
  const starts = await startCanvas(services, id, token);
  if (starts || token === null) return;
  const canvas = await services.canvases.canvas(id);
  const end = canvas === null ? null : await endOfCanvas(services, canvas);
  if (canvas !== null && end !== null) await canvasEnded(services, canvas, end);
}
