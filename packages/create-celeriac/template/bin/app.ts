import { App } from "aws-cdk-lib/core";
import { loadProject } from "celeriac/cdk";
import { AppStack } from "../lib/stacks/app.ts";

// Finds the task modules in functions/tasks and bundles them.
const project = await loadProject();
const app = new App({ analyticsReporting: false });
new AppStack(app, project);
