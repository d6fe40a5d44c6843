import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { EmulatorName } from "../../lib/emulator.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * What the Compose specification has of what is used here; strict, so that a key that Compose would refuse is refused.
 */
const Compose = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.record(
    z.string(),
    z.strictObject({
      image: z.string().regex(/^[\w./-]+:\d+\.\d+\.\d+$/, "has no exact version"),
      profiles: z.array(z.string()).optional(),
      ports: z.array(z.string().regex(/^127\.0\.0\.1:4566:4566$/)),
      // Compose refuses booleans, and null takes the caller's variable.
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()).optional(),
      networks: z.array(z.string()),
      healthcheck: z.strictObject({
        test: z.tuple([z.literal("CMD")], z.string()),
        interval: z.string(),
        timeout: z.string(),
        retries: z.number(),
      }),
    }),
  ),
  networks: z.record(z.string(), z.strictObject({ name: z.string() })),
});

const compose = Compose.parse(parse(await readFile(join(ROOT, "docker-compose.localstack.yml"), "utf8")));

describe("the compose file of the emulators", () => {
  test("has a service for each emulator that a stage can be deployed to, the last LocalStack without a token by default", () => {
    expect(Object.keys(compose.services)).toEqual(EmulatorName.options);
    expect(compose.services["localstack"]).toMatchObject({ image: "localstack/localstack:4.14.0" });
    expect(compose.services["localstack"]?.profiles).toBeUndefined();
    expect(compose.services["ministack"]?.profiles).toEqual(["ministack"]);
  });

  test("puts the containers of LocalStack's functions into the network that it is in", () => {
    const names = Object.values(compose.networks).map(({ name }) => name);
    expect(names).toEqual([compose.services["localstack"]?.environment["LAMBDA_DOCKER_NETWORK"]]);
    for (const { networks } of Object.values(compose.services)) expect(networks).toEqual(Object.keys(compose.networks));
  });
});

describe("npm run emulator:docker", () => {
  test.each(["up", "test", "down"])(
    "%s says in one line that it needs Docker where there is none, and what runs without",
    { timeout: 60_000 },
    async (command) => {
      const child = spawn(process.execPath, [join(ROOT, "scripts", "emulator-docker.ts"), command], {
        env: { ...process.env, PATH: "", DOCKER_HOST: "unix:///nowhere" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      const [[code], stderr] = await Promise.all([once(child, "close"), text(child.stderr)]);
      expect([code, stderr.trimEnd().split("\n").length]).toEqual([1, 1]);
      expect(stderr).toMatch(/^Docker is needed.*npm start/);
    },
  );
});
