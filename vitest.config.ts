import { defineConfig } from "vitest/config";

/** Three projects: pure units, the synthesized template, and scenarios over HTTP against the embedded AWS. */
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
          globalSetup: ["test/scenarios/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
