import { describe, expect, it } from "vitest";
import { csvToText, detectDelimiter } from "../../../src/documents/csv.ts";
import { BrokenDocument } from "../../../src/documents/errors.ts";

describe("detectDelimiter", () => {
  it.each([
    [",", "a,b,c\n1,2,3\n"],
    [";", "a;b\n1,5;2,5\n3,25;4,75\n"],
    ["\t", "a\tb\n1, 2\t3\n"],
    ["|", "a|b|c\n1|2|3\n"],
    [";", '"a,b,c";d\n"1,2,3";4\n'],
    [",", "one column\nno delimiter\n"],
    [",", ""],
  ])("finds %j", (delimiter, table) => {
    expect(detectDelimiter(table)).toBe(delimiter);
  });
});

describe("csvToText", () => {
  it("writes a line a record, with tabs between the cells, and counts the records", async () => {
    expect(await csvToText("이름,나이\n홍길동,20\n\n김철수,30\n")).toEqual({
      text: "이름\t나이\n홍길동\t20\n김철수\t30",
      rows: 3,
      warnings: [],
    });
  });

  it("reads quoted cells with delimiters, quotes and line breaks in them", async () => {
    const { text, rows } = await csvToText('name;note\r\nA;"one; ""two""\r\nthree"\r\n');
    expect(text).toBe('name\tnote\nA\tone; "two" three');
    expect(rows).toBe(2);
  });

  it("says how many rows do not have the columns of the first", async () => {
    const { rows, warnings } = await csvToText("a,b\n1\n1,2,3\n1,2\n");
    expect(rows).toBe(4);
    expect(warnings).toEqual(["2 of 4 rows do not have the 2 columns of the first."]);
  });

  it("reads a table of blank lines as none", async () => {
    expect(await csvToText("\n\n")).toEqual({ text: "", rows: 0, warnings: [] });
  });

  it.each([
    ["never closed", 'a,b\n1,"secret'],
    ["goes on after its closing quote", 'a,b\n"secret"x,2\n'],
    ["stands within a cell", 'a,b\nsecret"x,2\n'],
  ])("refuses a quote that %s, and does not repeat the cell", async (problem, table) => {
    const refusal = csvToText(table, "table.csv");
    await expect(refusal).rejects.toThrow(BrokenDocument);
    await expect(refusal).rejects.toThrow(problem);
    await expect(refusal).rejects.toThrow(/Document "table\.csv" .* near line 2/u);
    await expect(refusal).rejects.not.toThrow("secret");
  });
});
