import type { App } from "aws-cdk-lib/core";
import { OwnKey, stageKey } from "../constructs/stage-key.ts";
import { Storage } from "../constructs/storage.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** What outlives every deployment. */
export class StorageStack extends StageStack {
  readonly storage: Storage;

  constructor(app: App, stage: StageContext) {
    super(app, stage, "storage", "Celeriac: records and payloads");
    // By itself where the key is made here: its parameter is read by stacks that are deployed later.
    const key = stage.config.kmsKey === true ? new OwnKey(this, "OwnKey", stage).key : stageKey(this, stage);
    this.storage = new Storage(this, "Default", { stage, key });
  }
}
