import { configDefaults, defineConfig } from "vitest/config";

/** Scenarios that inject faults and wait for what makes them good; they take longer than all others. */
const FAULTS = ["test/scenarios/{replace-faults,canvas-races,canvas-crashes}.test.ts"];

const overHttp = { globalSetup: ["test/scenarios/setup.ts"], testTimeout: 60_000, hookTimeout: 60_000 };

/**
 * Pure units, the embedded AWS itself, the synthesized template, and scenarios over HTTP against the embedded AWS: `npm test`. Those that
 * inject faults are a project of their own: `npm run test:faults`.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { name: "local", include: ["test/local/**/*.test.ts"] } },
      { test: { name: "stacks", include: ["test/stacks/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: "scenarios",
          include: ["test/scenarios/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...FAULTS],
          ...overHttp,
        },
      },
      { test: { name: "faults", include: FAULTS, ...overHttp } },
    ],
  },
});
