import type { StoredCanvas } from "../core/record/canvas.ts";
import { toTask } from "./queues.ts";
import type { Services } from "./services.ts";

/** What the token of a step begins with for which no state waits: its worker sends the next step. The chain follows. */
const DIRECT = "direct:";

/** The chain whose step has this token, where no state waits for it; else null. */
export function directChain(token: string | undefined): string | null {
  return token?.startsWith(DIRECT) ? token.slice(DIRECT.length) : null;
}

/**
 * Steps of the longest chain that goes without a state machine. Each step reads the chain's item, some 120 bytes a
 * step: of 100 steps that are 3 read units, and the machine's transition costs as much as 100 such reads.
 */
const MOST_STEPS = 100;

type Chain = Extract<StoredCanvas, { kind: "chain" }>;

/** Whether a canvas goes without a state machine: the stage wants it, and it is a chain of tasks alone. */
export function isDirect(services: Services, canvas: StoredCanvas): canvas is Chain {
  return (
    services.env.direct &&
    canvas.kind === "chain" &&
    canvas.machine === null &&
    canvas.steps.length <= MOST_STEPS &&
    canvas.steps.every((step) => step.task !== null)
  );
}

/** Sends the message of a step, as a state would. One that comes twice finds its task claimed, or ended. */
export async function sendStep(services: Services, chain: Chain, index: number): Promise<void> {
  const step = chain.steps[index];
  if (step === undefined || step.task === null) return;
  const input = chain.steps[index - 1]?.result ?? null;
  const token = DIRECT + chain.id;
  const message = {
    op: "run",
    id: step.id,
    attempt: 0,
    hops: 0,
    token,
    step: { submission: chain.root, input },
  } as const;
  await services.queues.send(toTask(step.task, message, 0));
}
