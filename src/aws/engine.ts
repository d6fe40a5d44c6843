import {
  SFNServiceException,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  DescribeExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { StoredCanvas } from "../core/record/canvas.ts";
import { type Part, chunkCount } from "../core/canvas/place.ts";
import { moduleOf } from "../core/record/record.ts";
import { sfnClient } from "./clients/sfn.ts";
import { directChain, isDirect, sendStep } from "./direct-chain.ts";
import type { Services } from "./services.ts";

/** Errors of a token that nobody waits for any more: its state was answered, timed out, or its execution has ended. */
const SPENT = new Set(["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"]);

/**
 * Tells the state that waits with `token`, if one does, how its task ended. Ids travel, never payloads, so the output
 * is empty.
 */
export async function answerToken(token: string, error: string | null): Promise<void> {
  if (directChain(token) !== null) return;
  await unless(SPENT, () =>
    error === null
      ? sfnClient().send(new SendTaskSuccessCommand({ taskToken: token, output: "{}" }))
      : sfnClient().send(
          new SendTaskFailureCommand({ taskToken: token, error: "Celeriac.Failed", cause: error.slice(0, 256) }),
        ),
  );
}

/** Tells who waits with `token` that its task will never end: a state, or nobody, and then its chain is settled. */
export async function answerLost(services: Services, token: string, why: string): Promise<void> {
  const chain = directChain(token);
  if (chain === null) return answerToken(token, why);
  await services.queues.send({ module: CANVAS_QUEUE, message: { op: "settle", id: chain }, delay: 0 });
}

/** Gives the state that waits with `token` its output. @returns whether one still waited. */
export function giveOutput(token: string, output: unknown): Promise<boolean> {
  const command = new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) });
  return unless(SPENT, () => sfnClient().send(command));
}

/** Tells the state that waits with `token` that what it asks for cannot be done, and why: the console shows it. */
export async function refuse(token: string, why: string): Promise<void> {
  // SendTaskFailure takes 32,768 characters of cause.
  const command = new SendTaskFailureCommand({
    taskToken: token,
    error: "Celeriac.Refused",
    cause: why.slice(0, 32_768),
  });
  await unless(SPENT, () => sfnClient().send(command));
}

/**
 * Starts the machine that carries a canvas.
 * @param token of the state that waits for it; kept until the canvas has ended.
 * @param start which start of its submission this is; the execution of the one before is ended. @default the
 * submission's newest
 * @returns false where its execution was started before and has ended; one that still runs is as good as a new one.
 */
export async function startCanvas(
  services: Services,
  id: string,
  token: string | null,
  start?: number,
): Promise<boolean> {
  const canvas = await services.canvases.canvas(id);
  if (canvas === null) {
    if (token !== null) await answerToken(token, "gone");
    return true;
  }
  if (token !== null) await services.canvases.keepToken(id, token, services.now());
  if (isDirect(services, canvas)) {
    await sendStep(services, canvas, 0);
    return true;
  }
  const epoch = start ?? (await services.canvases.root(canvas.root))?.epoch ?? 0;
  if (epoch > 0) await stopCanvas(services, canvas, epoch - 1);
  const command = new StartExecutionCommand({
    stateMachineArn: services.env.machinePrefix + machineOf(canvas),
    name: executionName(canvas, epoch),
    input: JSON.stringify(canvas.machine?.input ?? inputOf(services, canvas)),
  });
  return unless(new Set(["ExecutionAlreadyExists"]), () => sfnClient().send(command));
}

/** Ends the execution that carries a canvas; one that has ended is as good. */
export async function stopCanvas(services: Services, canvas: StoredCanvas, epoch: number): Promise<void> {
  // Its next step looks whether the submission was revoked.
  if (isDirect(services, canvas)) return;
  const command = new StopExecutionCommand({
    executionArn: executionArn(services, canvas, epoch),
    error: "Celeriac.Stopped",
  });
  try {
    await unless(GONE, () => sfnClient().send(command));
  } catch (thrown) {
    // AWS takes it of one that has ended, and MiniStack refuses it, by a name that has other causes too.
    if (await isRunning(services, canvas, epoch)) throw thrown;
  }
}

/** Whether the execution that carries a canvas runs. Of one that has none, only its messages tell. */
export async function isRunning(services: Services, canvas: StoredCanvas, epoch: number): Promise<boolean> {
  if (isDirect(services, canvas)) return true;
  let status: string | undefined;
  await unless(GONE, async () => {
    ({ status } = await sfnClient().send(
      new DescribeExecutionCommand({ executionArn: executionArn(services, canvas, epoch) }),
    ));
  });
  return status === "RUNNING";
}

const GONE = new Set(["ExecutionDoesNotExist"]);

function executionArn(services: Services, canvas: StoredCanvas, epoch: number): string {
  const prefix = services.env.machinePrefix.replace(":stateMachine:", ":execution:");
  return `${prefix}${machineOf(canvas)}:${executionName(canvas, epoch)}`;
}

/** A named workflow has a machine of its own, any other canvas that of its kind. */
function machineOf(canvas: StoredCanvas): string {
  return canvas.machine?.name ?? canvas.kind;
}

/** A restart is a new execution, and names are never used twice. */
function executionName(canvas: StoredCanvas, epoch: number): string {
  return (epoch === 0 ? canvas.machine?.execution : null) ?? `${canvas.id}-${epoch}`;
}

/** What a machine is told: ids, and the queue that each step's message goes to. Never a payload. */
function inputOf(services: Services, canvas: StoredCanvas): Readonly<Record<string, unknown>> {
  const step = (part: Part, input: string | null): object => ({
    id: part.id,
    to: services.queues.url(part.task === null ? CANVAS_QUEUE : moduleOf(part.task)),
    submission: canvas.root,
    ...(input === null ? {} : { input }),
  });
  if (canvas.kind === "chain")
    return { id: canvas.id, steps: canvas.steps.map((part, n) => step(part, canvas.steps[n - 1]?.result ?? null)) };
  const chunks = Array.from({ length: chunkCount(canvas.total) }, (_, n) => n);
  return canvas.kind === "group"
    ? { id: canvas.id, chunks }
    : { id: canvas.header, chunks, body: step(canvas.body, canvas.header) };
}

/** The queue of the canvas Lambda. */
export const CANVAS_QUEUE = "canvas";

/** The queue of all dead letters. */
export const DEAD_QUEUE = "dead";

/** @returns whether the action went well; false where it failed of something harmless. */
async function unless(harmless: ReadonlySet<string>, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (thrown) {
    if (thrown instanceof SFNServiceException && harmless.has(thrown.name)) return false;
    throw thrown;
  }
}
