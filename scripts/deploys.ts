// Deploys an app to MiniStack by `celeriac deploy`, without a terminal, in each order: into an empty account, again
// unchanged, after a module was added, renamed and removed; and takes it down. `npm run deploys` prints a row for each,
// and ends with 1 where the account has other queues or stacks afterwards than it should.
//
// Needs Python 3.10 or later with venv (CELERIAC_PYTHON names another than `python3`), and pip.

import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type Running, startMiniStack } from "./deploys/ministack.ts";
import { ROOT, codeOf } from "./emulator/children.ts";

const REGION = "us-east-1";
const KEYS = { accessKeyId: "test", secretAccessKey: "test" };
const PREFIX = "celeriac-dev-";

/** A module of one task. */
const source = (name: string): string => `import { defineTask } from "celeriac";
import * as z from "zod";

export const same = defineTask("${name}.same", { args: z.tuple([z.string()]), run: (_self, text) => text });
`;

/** The app that is deployed. Inside of the project: "celeriac" is the project itself there, and no package. */
async function createProject() {
  await mkdir(join(ROOT, ".celeriac"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, ".celeriac", "deploys-"));
  const tasks = join(folder, "functions", "tasks");
  const { context, ...settings } = z
    .looseObject({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(join(ROOT, "cdk.json"), "utf8")));
  const app = `node ${join(ROOT, "bin", "app.ts")}`;
  await writeFile(
    join(folder, "cdk.json"),
    JSON.stringify({ ...settings, app, context: { ...context, stages: { dev: {} } } }),
  );
  await mkdir(tasks, { recursive: true });
  const file = (name: string): string => join(tasks, `${name}.ts`);
  return {
    folder,
    add: async (name: string): Promise<void> => writeFile(file(name), source(name)),
    // A task's name says its module's no more than its file does: both change.
    rename: async (from: string, to: string): Promise<void> => {
      await rename(file(from), file(to));
      await writeFile(file(to), source(to));
    },
    remove: async (name: string): Promise<void> => rm(file(name)),
  };
}

type Project = Awaited<ReturnType<typeof createProject>>;

/** The names of queues and stacks that the stage has in an account. */
async function whatIsThere({ url: endpoint }: Running): Promise<{ queues: string[]; stacks: string[] }> {
  const to = { endpoint, region: REGION, credentials: KEYS };
  const sqs = new SQSClient({ ...to, useQueueUrlAsEndpoint: false });
  const cloudFormation = new CloudFormationClient(to);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: PREFIX }));
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
  const alive = Stacks.filter(({ StackStatus }) => !/DELETE_COMPLETE/.test(StackStatus ?? ""));
  const stacks = alive.map(({ StackName, StackStatus }) => `${StackName?.slice(PREFIX.length)} ${StackStatus}`);
  return {
    queues: QueueUrls.map((one) => one.slice(one.lastIndexOf("/") + 1 + PREFIX.length)).toSorted(),
    stacks: stacks.filter((_, index) => alive[index]?.StackName?.startsWith(PREFIX)).toSorted(),
  };
}

async function tryOrders(running: Running, project: Project, home: string): Promise<void> {
  const env = {
    CDK_HOME: home,
    AWS_ENDPOINT_URL: running.url,
    AWS_ENDPOINT_URL_S3: running.url,
    AWS_ENDPOINT_URL_CLOUDFORMATION: running.cloudFormation,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_REGION: REGION,
    CDK_DEFAULT_ACCOUNT: running.account,
    CDK_DEFAULT_REGION: REGION,
  };
  const node = async (file: string, args: readonly string[], cwd = project.folder): Promise<number> =>
    codeOf(process.execPath, [join(ROOT, file), ...args], { env, cwd });
  const stage = ["-c", "stage=dev", ...running.context];
  // Outside of the app, which would be synthesized for it.
  const code = await node("node_modules/aws-cdk/bin/cdk", ["bootstrap", `aws://${running.account}/${REGION}`], home);
  if (code !== 0) throw new Error(`cdk bootstrap ended with ${code}.`);
  const deploy = async (): Promise<number> => node("cli/celeriac.js", ["deploy", ...stage]);
  const orders: readonly { what: string; modules: readonly string[]; act: () => Promise<number> }[] = [
    { what: "into an empty account", modules: ["first"], act: deploy },
    { what: "unchanged", modules: ["first"], act: deploy },
    {
      what: "a module was added",
      modules: ["first", "second"],
      act: async () => (await project.add("second"), deploy()),
    },
    {
      what: "it was renamed",
      modules: ["first", "third"],
      act: async () => (await project.rename("second", "third"), deploy()),
    },
    { what: "it was removed", modules: ["first"], act: async () => (await project.remove("third"), deploy()) },
    { what: "destroyed", modules: [], act: async () => node("scripts/destroy.ts", [...stage, "--force"]) },
  ];
  for (const { what, modules, act } of orders) {
    const started = performance.now();
    const ended = await act();
    const { queues, stacks } = await whatIsThere(running);
    const expected = modules.length === 0 ? [] : ["canvas", "dead", ...modules];
    const isRight =
      ended === 0 && expected.toSorted().join() === queues.join() && stacks.every((one) => one.endsWith("COMPLETE"));
    if (!isRight || (modules.length === 0 && stacks.length > 0)) process.exitCode = 1;
    const took = Math.round((performance.now() - started) / 1_000);
    rows.push(`| ${what} | ${ended} | ${took} s | ${queues.join(", ")} | ${stacks.join(", ")} |`);
    console.log(rows.at(-1));
  }
}

const rows: string[] = [];
const project = await createProject();
const home = join(project.folder, "home");
await mkdir(home);
const running = await startMiniStack(home);
try {
  await project.add("first");
  await tryOrders(running, project, home);
} finally {
  await running.stop();
  await rm(project.folder, { recursive: true, force: true });
}
console.log(["\n| deployed | exit code | took | queues | stacks |", "|---|---|---|---|---|", ...rows].join("\n"));
