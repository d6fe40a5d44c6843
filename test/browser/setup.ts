import type { TestProject } from "vitest/node";
import "../scenarios/support/setup.ts";
import { startStage } from "./stage.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the dashboard is, without a slash at the end. */
    dashboardUrl: string;
  }
}

/** Gives the browser tests a dashboard to look at, and its API and AWS to prepare what is to be seen. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { embedded, dashboardUrl, stop } = await startStage();
  project.provide("served", [{ apiUrl: embedded.apiUrl, awsUrl: embedded.awsUrl }]);
  project.provide("assembly", "");
  project.provide("wait", 20);
  project.provide("patience", 1);
  project.provide("dashboardUrl", dashboardUrl);
  return stop;
}
