import { runCdk } from "./cdk.ts";

/** A command about the app in this folder, not about a stage's API: it reads its flags itself. */
export interface ProjectCommand {
  readonly summary: string;
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** By their names. Each is loaded when it is called: most of them load the CDK or the local AWS. */
export const PROJECT_COMMANDS: Readonly<Record<string, ProjectCommand>> = {
  init: {
    summary: "makes an app of this folder, which may be a project already",
    run: async (args) => (await import("./init.ts")).initCommand(args),
  },
  dev: {
    summary: "runs the app on this machine, with the dashboard",
    run: async (args) => (await import("../../local/start.ts")).startCommand(args),
  },
  synth: {
    summary: "writes the templates to cdk.out",
    run: async (args) => {
      process.exitCode = await runCdk(["synth", "--quiet", ...args]);
    },
  },
  deploy: {
    summary: "deploys a stage into your AWS account: deploy -c stage=NAME",
    run: async (args) => (await import("./deploy.ts")).deployCommand(args),
  },
  dashboard: {
    summary: "serves the dashboard of a deployed stage on this machine",
    run: async (args) => (await import("../../dashboard/server/command.ts")).dashboardCommand(args),
  },
  smoke: {
    summary: "tries a stage, deployed or local",
    run: async (args) => (await import("./smoke.ts")).smokeCommand(args),
  },
  doctor: {
    summary: "compares what would be deployed with what is, and says what would be replaced",
    run: async (args) => (await import("./doctor.ts")).doctorCommand(args),
  },
  upgrade: {
    summary: "installs the newest version of Celeriac",
    run: async (args) => (await import("./upgrade.ts")).upgradeCommand(args),
  },
};
