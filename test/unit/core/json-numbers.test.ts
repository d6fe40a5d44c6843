import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberFaults } from "../../../src/core/json-numbers.ts";

const paths = (text: string): string[] => numberFaults(text).map(({ path }) => path);

describe("numbers of a JSON text", () => {
  it.each([
    ["1e400", [""]],
    ['{"args":[1,-1e999]}', ["/args/1"]],
    ['{"a/b":{"c~d":[[],[0, 9007199254740993]]}}', ["/a~1b/c~0d/1/1"]],
    ['[{"x":1e400},{"y":[1e400]}]', ["/0/x", "/1/y/0"]],
    ['{"a":{"b":{}},"c":12345678901234567890}', ["/c"]],
  ])("are at fault where they would change: %s", (text, expected) => {
    expect(paths(text)).toEqual(expected);
  });

  it.each([
    '"1e400"',
    '{"1e400":"9007199254740993"}',
    "9007199254740992",
    "1e22",
    "-0.1e-7",
    '["\\"1e400", 0.1]',
    "[]",
  ])("are fine where they are kept, or are text: %s", (text) => {
    expect(paths(text)).toEqual([]);
  });

  it("are never at fault in what JSON.stringify wrote", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(paths(JSON.stringify(value))).toEqual([]);
      }),
    );
  });
});
