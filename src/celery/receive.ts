import { logLine } from "../log.ts";
import { type Bridge, FINAL_RANK } from "./bridge.ts";
import { UnreadableMessage, readTaskMessage } from "./message.ts";
import { failedMeta } from "./result.ts";

/** Starts what a message of a Celery client asks for. A message that cannot be read fails its task, if it names one. */
export async function receiveTask(bridge: Bridge, body: string, sent: number): Promise<void> {
  try {
    const { signature, chain, group, root } = readTaskMessage(body);
    const origin = { root: root ?? String(signature.options.task_id), created: sent, group };
    await bridge.run([signature, ...chain], origin);
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    const fields = { task_id: error.taskId ?? "", error: error.message };
    logLine("ERROR", "a message of a Celery client was refused", {}, fields);
    if (error.taskId === null) return;
    const exception = { exc_type: error.type, exc_message: [error.message], exc_module: "kombu.exceptions" };
    await bridge.backend.store(failedMeta(error.taskId, "FAILURE", exception, sent), FINAL_RANK);
  }
}
