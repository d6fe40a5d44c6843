import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Construct } from "constructs";
import type { CANVAS_KINDS } from "../canvas-kinds.ts";
import { OWN_ROOT } from "../own-files.ts";
import type { StageContext } from "../stage.ts";
import { StateMachine } from "./state-machine.ts";

/** The machine that carries canvases of one kind. */
export class CanvasMachine extends StateMachine {
  constructor(
    scope: Construct,
    id: string,
    { stage, kind }: { readonly stage: StageContext; readonly kind: (typeof CANVAS_KINDS)[number] },
  ) {
    const definition: unknown = JSON.parse(readFileSync(join(OWN_ROOT, "statemachines", `${kind}.asl.json`), "utf8"));
    super(scope, id, {
      stage,
      name: kind,
      definition,
      substitutions: { CanvasQueueUrl: `${stage.names.queueUrlPrefix}canvas` },
      queues: ["*"],
    });
  }
}
