import { isTask } from "../../src/core/define/task.ts";
import { reportFatalErrors, serveTasks } from "../../src/worker/task-process.ts";

/**
 * The task process: user code, and nothing of the system but the messages to its supervisor. The bundle puts the module
 * beside it.
 */
const MODULE = "./module.mjs";

reportFatalErrors();
const module: Readonly<Record<string, unknown>> = await import(MODULE);
serveTasks(Object.values(module).filter((value) => isTask(value)));
