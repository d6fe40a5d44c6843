import { Construct } from "constructs";
import type { StageContext } from "../stage.ts";
import { CANVAS_TIMEOUT } from "./canvas.ts";
import { CeleriacQueue } from "./celeriac-queue.ts";

/**
 * What stays of a module that was removed: its queue, which the canvas function empties. Ids are those of a module that
 * is there, so that CloudFormation takes it for the same queue and leaves what waits in it.
 */
export class RetiredModule extends Construct {
  readonly queue: CeleriacQueue;

  constructor(
    scope: Construct,
    id: string,
    {
      stage,
      name,
      deadQueueArn,
    }: { readonly stage: StageContext; readonly name: string; readonly deadQueueArn: string },
  ) {
    super(scope, id);
    this.queue = new CeleriacQueue(this, "Queue", { stage, name, timeout: CANVAS_TIMEOUT, deadQueueArn });
  }
}
