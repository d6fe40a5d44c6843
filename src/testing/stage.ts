import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedAws, type EmbeddedAwsOptions, type FaultSettings, startEmbeddedAws } from "embedded-aws";
import { concurrencyOf } from "../../local/concurrency.ts";
import { runApp } from "../../local/synth.ts";
import { type Client, createClient } from "../client/index.ts";
import { JumpClock } from "./jump-clock.ts";
import { type Mail, createQuiet, mailsOf } from "./observe.ts";
import { snapshotOf } from "./snapshot.ts";

/** What a stage of a test is made of. */
export interface StageOptions {
  /** The project's folder, with `cdk.json`, whose `app` is run. @default where the process runs */
  readonly root?: string;
  /** Folders of task modules. @default ["functions/tasks"] */
  readonly tasks?: readonly string[];
  /** Options of the stage, as in `cdk.json`. @default none */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What is to go wrong by chance: `{ duplicate: 0.2, kill: 0.05, seed: 7 }`. @default nothing */
  readonly faults?: FaultSettings;
  /** Whether its time can be moved ahead by `jump`. @default false: the machine's */
  readonly clock?: boolean;
  /** Names and values of secrets. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Takes what the stage logs. @default nobody does */
  readonly log?: (line: string) => void;
  /** Further options of the embedded AWS. */
  readonly aws?: Pick<EmbeddedAwsOptions, "guard" | "queueEnvironments">;
}

/** The project's own stacks, served in this process. */
export interface Stage {
  /** The URL of its API. */
  readonly url: string;
  /** Where its AWS services answer. */
  readonly awsUrl: string;
  /** A client of its API. @template Modules the types of task modules */
  client<Modules = unknown>(): Client<Modules>;
  /** Waits until nothing moves any more: no message waits or is worked on, no canvas runs. What is due later waits. */
  idle(options?: { readonly timeout?: number }): Promise<void>;
  /** The e-mails that were sent, newest first; none was delivered. */
  outbox(): Promise<readonly Mail[]>;
  /** A submission as a tree of tasks and their states, without ids and times: for a snapshot. */
  snapshot(taskId: string): Promise<string>;
  /** Moves the time of schedules and functions ahead; what comes due runs. @throws Error without `clock` */
  jump(seconds: number): void;
  /** Replaces what goes wrong by chance; `{}` ends it. */
  setFaults(faults: FaultSettings): void;
  /** Deploys it anew with other options, as a change. @returns what changed, by name */
  redeploy(config: Readonly<Record<string, unknown>>): Promise<readonly string[]>;
  /** The embedded AWS itself. */
  readonly embedded: EmbeddedAws;
  stop(): Promise<void>;
}

/**
 * Synthesizes the project's stacks and serves them by an embedded AWS of its own, on free ports: for `beforeAll` of
 * vitest, or `before` of node:test. It takes some 3 s, and ends with `stop`.
 * @throws Error in the CDK app's own words where the stacks cannot be synthesized
 */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "celeriac-stage-"));
  const assembly = join(folder, "assembly");
  const clock = options.clock === true ? new JumpClock() : null;
  const secrets = join(folder, "secrets.json");
  await writeFile(secrets, JSON.stringify(options.secrets ?? {}));
  const { log, faults } = options;
  const started = startEmbeddedAws({
    log,
    faults,
    secrets,
    concurrency: concurrencyOf,
    purgeInterval: 0,
    ...(clock === null ? {} : { clock }),
    ...options.aws,
  });
  const clean = async (embedded?: EmbeddedAws): Promise<void> => {
    await embedded?.stop();
    clock?.close();
    await rm(folder, { recursive: true, force: true });
  };
  const deploy = async (embedded: EmbeddedAws, config = options.config ?? {}): Promise<readonly string[]> => {
    await synthesize({ ...options, config }, assembly);
    return embedded.deploy(assembly);
  };
  try {
    const embedded = await started;
    await deploy(embedded);
    const quiet = createQuiet(embedded.awsUrl);
    return {
      url: embedded.apiUrl,
      awsUrl: embedded.awsUrl,
      embedded,
      client: () => createClient({ url: embedded.apiUrl }),
      idle: ({ timeout = 60 } = {}) => quiet.idle(timeout),
      outbox: () => mailsOf(embedded.awsUrl),
      snapshot: (taskId) => snapshotOf(embedded.apiUrl, taskId),
      jump: (seconds) => {
        if (clock === null) throw new Error("This stage has the machine's time: start it with { clock: true }.");
        clock.jump(seconds);
      },
      setFaults: embedded.setFaults,
      redeploy: (config) => deploy(embedded, config),
      stop: async () => {
        quiet.close();
        await clean(embedded);
      },
    };
  } catch (error) {
    await clean(await started.catch(() => undefined));
    throw error;
  }
}

function synthesize(
  { root = process.cwd(), tasks = ["functions/tasks"], config = {} }: StageOptions,
  folder: string,
): Promise<readonly string[]> {
  // Nobody signs, and mails go to the outbox from somebody.
  const local = { auth: "none", gatewayLogRole: false, emailSender: "celeriac@example.com", taskFolders: tasks };
  const stages = { local: { ...local, ...config } };
  return runApp(root, folder, { stages }, new AbortController().signal);
}
