import type { App } from "aws-cdk-lib/core";
import { Front } from "../constructs/front.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The REST API and its functions. */
export class ApiStack extends StageStack {
  readonly front: Front;

  constructor(app: App, stage: StageContext) {
    super(app, stage, "api", "Celeriac: the REST API");
    this.front = new Front(this, "Default", { stage });
  }
}
