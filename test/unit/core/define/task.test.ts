import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { CeleriacError, DefinitionError, InvalidArguments } from "../../../../src/core/errors.ts";
import { defineModule, isModuleConfig } from "../../../../src/core/define/module.ts";
import { setSubmitter } from "../../../../src/core/canvas/submitter.ts";
import { defineTask, isTask } from "../../../../src/core/define/task.ts";

const pair = z.tuple([z.number(), z.number()]);
const add = defineTask("math.add", { args: pair, run: (_self, x, y) => x + y });

describe("defineTask", () => {
  it("defineTask fills in Celery's defaults", () => {
    expect(add.options).toEqual({
      celery: [],
      softTimeLimit: null,
      timeLimit: 300,
      maxRetries: 3,
      retryDelay: 180,
      autoretryFor: [],
      dontAutoretryFor: [],
      retryBackoff: false,
      retryBackoffMax: 600,
      retryJitter: true,
      ignoreResult: false,
      rateLimit: null,
      schedule: [],
    });
  });

  it("takes the module from the name", () => {
    expect(add.module).toBe("math");
  });

  it.each(["add", "math.", "Math.add", "math.add.more", "math.1", ""])("defineTask rejects the name %j", (name) => {
    expect(() => defineTask(name, { args: pair, run: () => null })).toThrow(/expected "module\.task"/);
  });

  it("rejects a soft limit above the hard limit", () => {
    expect(() => defineTask("math.slow", { args: pair, softTimeLimit: 20, timeLimit: 10, run: () => null })).toThrow(
      /"math\.slow": softTimeLimit is above timeLimit/,
    );
  });

  it("rejects a hard limit above 880 s and says what to do", () => {
    expect(() => defineTask("math.slow", { args: pair, timeLimit: 881, run: () => null })).toThrow(
      /above 880 s.*split the work.*chunks/,
    );
  });

  it("rejects an option that it does not know", () => {
    const options = { args: pair, run: () => null, softLimit: 3 };
    expect(() => defineTask("math.typo", options)).toThrow(DefinitionError);
    expect(() => defineTask("math.typo", options)).toThrow(/softLimit/);
  });

  it("infers what the function takes and what a call takes", () => {
    expectTypeOf<Parameters<typeof add.delay>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Parameters<typeof add.s>[0]>().toEqualTypeOf<number>();
  });

  it("is known by its brand, whatever copy of the module made it", () => {
    expect(isTask(add)).toBe(true);
    expect(isTask({ name: "math.add" })).toBe(false);
    expect(isTask(null)).toBe(false);
  });
});

describe("a signature", () => {
  it("is the node that the HTTP contract takes", () => {
    expect(add.s(1, 2).node).toEqual({ task: "math.add", args: [1, 2], kwargs: {}, options: {}, immutable: false });
    expect(add.si(1, 2).node.immutable).toBe(true);
  });

  it("carries options in the contract's spelling", () => {
    const { options } = add
      .s(1)
      .set({ countdown: 3, maxRetries: null, expires: new Date(0), linkError: [add.s(1)] }).node;
    expect(JSON.parse(JSON.stringify(options))).toMatchObject({
      countdown: 3,
      max_retries: null,
      expires: "1970-01-01T00:00:00.000Z",
      link_error: [{ task: "math.add" }],
    });
  });
});

describe("delay", () => {
  it("fails outside a task and says what to do", async () => {
    setSubmitter(null);
    await expect(add.delay(1, 2)).rejects.toThrow(CeleriacError);
    await expect(add.delay(1, 2)).rejects.toThrow(/Call connect\(\)/);
  });

  it("checks the arguments before it submits", async () => {
    setSubmitter(async () => ({ taskId: "never" }));
    const wrong: [number, number] = JSON.parse('[1, "2"]');
    await expect(add.delay(...wrong)).rejects.toThrow(InvalidArguments);
    await expect(add.delay(...wrong)).rejects.toThrow(/math\.add.*\/args\/1/);
  });

  it("hands the checked node to the submitter", async () => {
    const nodes: unknown[] = [];
    setSubmitter(async (node) => {
      nodes.push(node);
      return { taskId: "id" };
    });
    await expect(add.applyAsync({ args: [1, 2], countdown: 5 })).resolves.toEqual({ taskId: "id" });
    expect(nodes).toMatchObject([{ task: "math.add", args: [1, 2], options: { countdown: 5 } }]);
  });
});

describe("defineModule", () => {
  it("defineModule fills in the defaults", () => {
    const config = defineModule({ memory: 1024 });
    expect(isModuleConfig(config)).toBe(true);
    expect(config.options).toEqual({
      memory: 1024,
      batchSize: 1,
      maxConcurrency: 50,
      grants: [],
      environment: {},
      ephemeralStorage: 512,
      permissions: [],
      reservedConcurrency: null,
      secrets: {},
      vpc: null,
      layers: [],
    });
  });

  it("rejects a value out of range, by name", () => {
    expect(() => defineModule({ memory: 64 })).toThrow(/memory/);
    expect(() => defineModule({ maxConcurrency: 1 })).toThrow(/maxConcurrency/);
  });
});
