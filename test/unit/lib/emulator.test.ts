import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../lib/config.ts";

const load = (context: Readonly<Record<string, unknown>>) =>
  loadConfig({ stage: "local", stages: { local: { auth: "none" } }, ...context }, {});

describe("the emulator that a stage is deployed to", () => {
  test("is none where the context names none, and nothing is different", () => {
    expect(load({})).toMatchObject({ emulator: null, longDelays: "scheduler" });
  });

  test("has messages hop where its Scheduler runs nothing", () => {
    expect(load({ emulator: "localstack" })).toMatchObject({ emulator: "localstack", longDelays: "hops" });
    expect(load({ emulator: "ministack" })).toMatchObject({ emulator: "ministack", longDelays: "scheduler" });
  });

  test("is reached by clients where LOCALSTACK_HOST says, if there is one", () => {
    const stages = { local: { auth: "none" } };
    const at = (context: object) =>
      loadConfig({ stage: "local", stages, ...context }, { LOCALSTACK_HOST: "127.0.0.1:4566" }).emulatorUrl;
    expect(at({ emulator: "localstack" })).toBe("http://127.0.0.1:4566");
    expect(at({})).toBeUndefined();
    expect(load({ emulator: "localstack" }).emulatorUrl).toBeUndefined();
  });

  test("is refused with those that are known where it is not", () => {
    expect(() => load({ emulator: "moto" })).toThrow(
      '-c emulator="moto": no such emulator is known: name one of localstack, ministack, or leave it out.',
    );
  });
});
