import { array, assert, jsonValue, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChoiceRule } from "../../src/step-functions/language/choice.ts";
import { place, select } from "../../src/step-functions/language/data-flow.ts";
import { evaluate, parseExpression } from "../../src/step-functions/language/expression.ts";
import { failure } from "../../src/step-functions/language/failure.ts";
import { definitionFault, Fields } from "../../src/step-functions/language/fields.ts";
import type { Json, JsonObject } from "../../src/step-functions/language/json.ts";
import { parsePath, readPath, writePath } from "../../src/step-functions/language/path.ts";
import { decideRetry, matchesError, parseRetry } from "../../src/step-functions/language/retry.ts";
import { fillTemplate, parseTemplate } from "../../src/step-functions/language/template.ts";

function scopeOf(input: Json, context: JsonObject = {}): Parameters<typeof evaluate>[1] {
  return { input, context: () => context, uuid: () => "uuid-1" };
}

function value(expression: string, input: Json = {}, context: JsonObject = {}): Json {
  return evaluate(parseExpression(expression), scopeOf(input, context), "x.$");
}

describe("paths", () => {
  const input = { a: { "b c": [{ d: 1 }, null] }, "é-1_x": true, "": 0 };

  it.each([
    ["$", input],
    ["$.a['b c'][0].d", 1],
    ['$["a"]["b c"][1]', null],
    ["$.é-1_x", true],
    ["$['']", 0],
    ["$.a.missing", undefined],
    ["$.a['b c'][9]", undefined],
    ["$.a[0]", undefined],
    ["$.constructor", undefined],
    ["$.a['b c'].length", undefined],
  ])("%s leads to %j", (path, expected) => {
    expect(readPath(parsePath(path), scopeOf(input))).toEqual(expected);
  });

  it("with two dollar signs lead into the context object", () => {
    expect(readPath(parsePath("$$.Execution.Id"), scopeOf({}, { Execution: { Id: "e" } }))).toBe("e");
  });

  it.each([
    "$..a",
    "$.a[*]",
    "$.*",
    "$.a[?(@.b)]",
    "$.a[0:2]",
    "$.a[-1]",
    "$.a[0,1]",
    "$.",
    "$a",
    "a.b",
    "$.a b",
    "$[x]",
  ])("don't go as far as %s, and say so", (path) => {
    expect(() => parsePath(path)).toThrow(/isn't served|isn't a path/u);
  });

  it("write into copies, making objects where there are none", () => {
    const target = { a: { b: 1 }, list: [1, 2] };
    const write = (path: string, written: Json): Json | undefined => writePath(parsePath(path).steps, target, written);
    expect(write("$", 5)).toBe(5);
    expect(write("$.a.c.d", 5)).toEqual({ a: { b: 1, c: { d: 5 } }, list: [1, 2] });
    expect(write("$.list[1]", 5)).toEqual({ a: { b: 1 }, list: [1, 5] });
    expect(write("$.list[2]", 5)).toBeUndefined();
    expect(write("$.a.b.c", 5)).toBeUndefined();
    expect(write("$.list.x", 5)).toBeUndefined();
    expect(target).toEqual({ a: { b: 1 }, list: [1, 2] });
  });

  it("read back what they wrote, whatever the names", () => {
    const names = array(
      string().filter((name) => !name.includes("\\")),
      { minLength: 1, maxLength: 4 },
    );
    assert(
      property(names, jsonValue(), (steps, written) => {
        const text = `$${steps.map((step) => `['${step.replaceAll("'", String.raw`\'`)}']`).join("")}`;
        const path = parsePath(text);
        const json: Json = JSON.parse(JSON.stringify(written));
        const target = writePath(path.steps, {}, json);
        expect(readPath(path, scopeOf(target ?? null))).toEqual(json);
      }),
    );
  });
});

describe("intrinsic functions", () => {
  it.each([
    ["States.Format('{} and {}', $.a, 2)", "x and 2"],
    [String.raw`States.Format('it\'s \{\} {}', $.o)`, `it's {} {"k":[1]}`],
    ["States.StringToJson('[1,2]')", [1, 2]],
    ["States.JsonToString($.o)", '{"k":[1]}'],
    ["States.Array(1, 'two', null, true, $.a)", [1, "two", null, true, "x"]],
    ["States.Array()", []],
    ["States.ArrayLength($.o.k)", 1],
    ["States.MathAdd(2, -5)", -3],
    ["States.MathAdd(1.6, $.o.k[0])", 3],
    ["States.UUID()", "uuid-1"],
    ["States.ArrayLength(States.Array($.a, States.Format('{}', $['a'])))", 2],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression, { a: "x", o: { k: [1] } })).toEqual(expected);
  });

  it.each([
    ["States.Format('{}', 1, 2)"],
    ["States.Format('{} {}', 1)"],
    ["States.Format(1)"],
    ["States.StringToJson('{')"],
    ["States.ArrayLength('text')"],
    ["States.MathAdd('1', 2)"],
    ["States.MathAdd(2147483648, 2147483648)"],
  ])("%s fails with States.IntrinsicFailure", (expression) => {
    expect(() => value(expression)).toThrow(/States\.IntrinsicFailure: The function States\./u);
  });

  it.each([
    ["States.Base64Encode('x')", /States\.Base64Encode isn't served/u],
    ["States.MathAdd(1)", /takes 2 arguments, and got 1/u],
    ["States.UUID(", /expected a path, a value or a function/u],
    ["States.UUID() x", /expected nothing more/u],
    ["States.Array(1 2)", /expected "\)"/u],
    [`${"States.Array(".repeat(11)}${")".repeat(11)}`, /more than 10 intrinsic/u],
  ])("%s can't be read", (expression, message) => {
    expect(() => parseExpression(expression)).toThrow(message);
  });
});

const fill = (template: Json, input: Json, context: JsonObject = {}): Json =>
  fillTemplate(parseTemplate(template, "/Parameters", definitionFault), scopeOf(input, context));

describe("payload templates", () => {
  it("replace fields that end in .$ at any depth, in lists too, and leave the rest", () => {
    const template = { "a.$": "$.x", deep: [{ "b.$": "$$.Task.Token", c: "$.x" }], "d.$": "States.Array($.x)" };
    expect(fill(template, { x: { y: 1 } }, { Task: { Token: "t" } })).toEqual({
      a: { y: 1 },
      deep: [{ b: "t", c: "$.x" }],
      d: [{ y: 1 }],
    });
  });

  it("fail with States.Runtime, naming path and field, where a path leads nowhere", () => {
    expect(() => fill({ "a.$": "$.x" }, { y: 1 })).toThrow(
      `States.Runtime: The JSONPath '$.x' specified for the field 'a.$' could not be found in the input '{"y":1}'`,
    );
  });

  it("are refused where a field is given twice or a path isn't a string", () => {
    expect(() => fill({ a: 1, "a.$": "$" }, {})).toThrow("/Parameters/a.$: the field a is given twice");
    expect(() => fill({ b: { "a.$": 1 } }, {})).toThrow("/Parameters/b/a.$: a field whose name ends in .$");
  });
});

const holds = (rule: JsonObject, input: Json): boolean =>
  parseChoiceRule({ ...rule, Next: "N" }, "/Choices/0").holds(scopeOf(input));

describe("choice rules", () => {
  const input = { s: "abc", n: 5, b: true, t: "2026-11-22T11:00:00Z", z: null, other: "abc", m: 6 };

  it.each([
    [{ Variable: "$.s", StringEquals: "abc" }, true],
    [{ Variable: "$.s", StringEquals: "abd" }, false],
    [{ Variable: "$.s", StringEqualsPath: "$.other" }, true],
    [{ Variable: "$.s", StringLessThan: "abd" }, true],
    [{ Variable: "$.s", StringGreaterThanEquals: "abc" }, true],
    [{ Variable: "$.n", StringEquals: "5" }, false],
    [{ Variable: "$.n", NumericEquals: 5 }, true],
    [{ Variable: "$.n", NumericLessThanPath: "$.m" }, true],
    [{ Variable: "$.n", NumericGreaterThanEquals: 5.5 }, false],
    [{ Variable: "$.s", NumericEquals: 5 }, false],
    [{ Variable: "$.b", BooleanEquals: true }, true],
    [{ Variable: "$.b", BooleanEqualsPath: "$.n" }, false],
    [{ Variable: "$.t", TimestampEquals: "2026-11-22T13:00:00+02:00" }, true],
    [{ Variable: "$.t", TimestampLessThan: "2026-11-22T11:00:00.001Z" }, true],
    [{ Variable: "$.s", TimestampLessThan: "2026-11-22T11:00:00Z" }, false],
    [{ Variable: "$.z", IsNull: true }, true],
    [{ Variable: "$.s", IsNull: false }, true],
    [{ Variable: "$.nope", IsPresent: false }, true],
    [{ Variable: "$.z", IsPresent: true }, true],
    [{ Variable: "$.s", IsString: true }, true],
    [{ Variable: "$.n", IsNumeric: true }, true],
    [{ Variable: "$.b", IsBoolean: false }, false],
    [{ Variable: "$.t", IsTimestamp: true }, true],
    [{ Variable: "$.s", IsTimestamp: true }, false],
    [
      {
        And: [
          { Variable: "$.n", NumericEquals: 5 },
          { Variable: "$.s", StringEquals: "x" },
        ],
      },
      false,
    ],
    [{ Or: [{ Variable: "$.n", NumericEquals: 4 }, { Not: { Variable: "$.s", StringEquals: "x" } }] }, true],
  ])("%j is %s", (rule, expected) => {
    expect(holds(rule, input)).toBe(expected);
  });

  it.each([
    ["a*c", "abc", true],
    ["a*c", "ac", true],
    ["a*c", "acd", false],
    ["*b*", "abc", true],
    ["*", "", true],
    ["a*a", "a", false],
    [String.raw`a\*c`, "a*c", true],
    [String.raw`a\*c`, "abc", false],
    [String.raw`\\*`, String.raw`\x`, true],
    ["a.c", "abc", false],
    ["*a*b*c*", "xaybzc", true],
  ])("matches the pattern %s with %s: %s", (pattern, text, expected) => {
    expect(holds({ Variable: "$", StringMatches: pattern }, text)).toBe(expected);
  });

  it("fail with States.Runtime for a variable that isn't there", () => {
    expect(() => holds({ Variable: "$.nope", IsNull: true }, input)).toThrow(
      /States\.Runtime: Invalid path '\$\.nope'/u,
    );
    expect(() => holds({ Variable: "$.s", StringEqualsPath: "$.nope" }, input)).toThrow(/Invalid path/u);
  });

  it.each([
    [{ Variable: "$.a" }, "/Choices/0: the rule has no comparison"],
    [{ Variable: "$.a", IsNull: true, IsString: true }, "/Choices/0: the rule has 2 comparisons"],
    [{ Variable: "$.a", StringSounds: "x" }, "/Choices/0/StringSounds: StringSounds isn't a comparison"],
    [{ Variable: "$.a", StringMatchesPath: "$.b" }, "/Choices/0/StringMatchesPath"],
    [{ Variable: "$.a", NumericEquals: "5" }, "/Choices/0/NumericEquals: expected a number"],
    [{ Variable: "$.a", IsNull: 1 }, "/Choices/0/IsNull: expected true or false"],
    [{ IsNull: true }, "/Choices/0/Variable: the field is missing"],
    [{ And: [] }, "/Choices/0/And: expected a list"],
    [
      { And: [{ Variable: "$.a", IsNull: true, Next: "X" }] },
      "/Choices/0/And/0/Next: only the outermost rule has Next",
    ],
    [{ Condition: "{% true %}" }, "/Choices/0"],
  ])("are refused as %j", (rule, message) => {
    expect(() => parseChoiceRule({ ...rule, Next: "N" }, "/Choices/0")).toThrow(message);
  });
});

describe("retry decisions", () => {
  const retriers = parseRetry(
    new Fields(
      {
        Retry: [
          { ErrorEquals: ["Never"], MaxAttempts: 0 },
          { ErrorEquals: ["Slow"], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 15 },
          { ErrorEquals: ["States.TaskFailed"], JitterStrategy: "FULL" },
        ],
      },
      "/States/T",
    ),
  );
  const decide = (error: string, attempts: number[], random = 0): ReturnType<typeof decideRetry> =>
    decideRetry(retriers, attempts, failure(error, null), random);

  it("grow by the backoff rate up to the ceiling", () => {
    const delays = [0, 1, 2, 3].map((made) => decide("Slow", [0, made])?.delaySeconds);
    expect(delays).toEqual([2, 6, 15, 15]);
    expect(decide("Slow", [0, 4])).toBeNull();
  });

  it("stop at the first rule that matches, even without attempts left", () => {
    expect(decide("Never", [])).toBeNull();
  });

  it("default to 1 s, doubling, three times; full jitter takes a part of it", () => {
    expect(decide("Other", [0, 0, 0], 0.25)).toEqual({ retrier: 2, delaySeconds: 0.25 });
    expect(decide("Other", [0, 0, 2], 0.5)).toEqual({ retrier: 2, delaySeconds: 2 });
    expect(decide("Other", [0, 0, 3])).toBeNull();
  });

  it.each([
    ["States.ALL", "Anything", true],
    ["States.ALL", "States.Timeout", true],
    ["States.ALL", "States.Runtime", false],
    ["States.ALL", "States.DataLimitExceeded", false],
    ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
    ["States.Runtime", "States.Runtime", false],
    ["States.TaskFailed", "Anything", true],
    ["States.TaskFailed", "States.Timeout", false],
    ["States.TaskFailed", "States.DataLimitExceeded", false],
    ["States.Timeout", "States.Timeout", true],
    ["States.HeartbeatTimeout", "States.Timeout", false],
    ["Exact", "Exact", true],
    ["Exact", "Exactly", false],
  ])("%s matches %s: %s", (name, error, expected) => {
    expect(matchesError([name], failure(error, null))).toBe(expected);
  });

  it("match a failure without a name as States.TaskFailed and States.ALL", () => {
    expect(matchesError(["States.TaskFailed"], failure(null, null))).toBe(true);
    expect(matchesError(["States.ALL"], failure(null, null))).toBe(true);
    expect(matchesError(["X"], failure(null, null))).toBe(false);
  });

  it("match a missed heartbeat as either timeout", () => {
    const missed = { error: "States.Timeout", cause: null, heartbeat: true } as const;
    expect(matchesError(["States.HeartbeatTimeout"], missed)).toBe(true);
    expect(matchesError(["States.Timeout"], missed)).toBe(true);
  });
});

describe("data flow", () => {
  it("gives an empty object for a null path and fails where a path leads nowhere", () => {
    expect(select(null, scopeOf({ a: 1 }))).toEqual({});
    expect(() => select(parsePath("$.b"), scopeOf({ a: 1 }))).toThrow(/States\.Runtime/u);
  });

  it("places a result in the input, over it, or nowhere", () => {
    expect(place(1, parsePath("$.r"), { a: 1 })).toEqual({ a: 1, r: 1 });
    expect(place(1, parsePath("$"), { a: 1 })).toBe(1);
    expect(place(1, null, { a: 1 })).toEqual({ a: 1 });
    expect(() => place(1, parsePath("$.r"), "text")).toThrow(/States\.ResultPathMatchFailure/u);
  });
});
