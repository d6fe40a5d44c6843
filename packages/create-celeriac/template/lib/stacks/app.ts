import { type App, Stack } from "aws-cdk-lib/core";
import { Celeriac, type Project } from "celeriac/cdk";

/** All of the app. Whatever else it needs goes beside Celeriac: `celeriac.grantSubmit(lambda)` lets it start tasks. */
export class AppStack extends Stack {
  readonly celeriac: Celeriac;

  constructor(app: App, project: Project) {
    super(app, project.name, {
      // `npx celeriac --stage NAME` finds the API by this name.
      stackName: project.name,
      terminationProtection: project.config.resources === "retain",
    });
    // What differs by stage is in cdk.json.
    this.celeriac = new Celeriac(this, "Celeriac", { project });
  }
}
