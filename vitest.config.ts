import { configDefaults, defineConfig } from "vitest/config";
import { EMBEDDED_ONLY, patience } from "./test/scenarios/support/other-aws.ts";

/** Scenarios that inject faults and wait for what makes them good; they take longer than all others. */
const FAULTS = ["test/scenarios/*-{faults,races,crashes}.test.ts"];

/** Scenarios on stages that are configured otherwise than the local one: each is synthesized and served anew. */
const STAGES = [
  "test/scenarios/{auth,batches,celery,celery-foreign,direct-chains,max-concurrency,stage-options,testing,upgrade}.test.ts",
];

/** Left out against an AWS that is given. */
const UNFIT =
  process.env["CELERIAC_URL"] === undefined
    ? []
    : Object.keys(EMBEDDED_ONLY).map((name) => `test/scenarios/${name}.test.ts`);

const overHttp = {
  globalSetup: ["test/scenarios/support/setup.ts"],
  // Each worker has a stage of its own, since some scenarios look at all that a queue holds; a stage that was given is
  // for one. Two, since the scenarios wait half of their time, and more would make the limits of time that they test
  // come early.
  maxWorkers: process.env["CELERIAC_URL"] === undefined ? 2 : 1,
  testTimeout: 60_000 * patience(),
  hookTimeout: 60_000 * patience(),
};

/**
 * Pure units, the embedded AWS itself, the synthesized template, and scenarios over HTTP against the embedded AWS: `npm
 * test`. Those that inject faults, or need a stage of their own, are projects of their own: `npm run test:faults`, `npm
 * run test:stages`.
 */
export default defineConfig({
  test: {
    projects: [
      // Units share no state but pure modules: a process for each file would take a third longer.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false, sequence: { groupOrder: 1 } } },
      { test: { name: "embedded-aws", include: ["packages/embedded-aws/test/**/*.test.ts"] } },
      { test: { name: "local", include: ["test/local/**/*.test.ts"] } },
      { test: { name: "stacks", include: ["test/stacks/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: "scenarios",
          include: ["test/scenarios/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...FAULTS, ...STAGES, ...UNFIT],
          ...overHttp,
        },
      },
      { test: { name: "faults", include: FAULTS, ...overHttp } },
      {
        test: {
          name: "fuzz",
          provide: { wait: 20, patience: 1, served: [] },
          include: ["test/fuzz/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/*.test.ts"],
          globalSetup: ["test/browser/setup.ts"],
          // One browser at a time: two of them and the tasks that they watch are more than two cores carry.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // What is waited for comes of an API that other work may slow down; a page's own waits have 30 s as well.
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/*.test.ts"],
          // One app at a time: installing, starting and synthesizing take what a machine has.
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "configured",
          provide: { wait: 20, patience: 1, served: [] },
          include: STAGES,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
