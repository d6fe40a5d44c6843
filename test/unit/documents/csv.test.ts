import { describe, expect, it } from "vitest";
import { createCsvReader } from "../../../src/documents/csv-records.ts";
import { csvToText, detectDelimiter, oneLine } from "../../../src/documents/csv.ts";
import { BrokenDocument } from "../../../src/documents/errors.ts";

describe("detectDelimiter", () => {
  it.each([
    [",", "a,b,c\n1,2,3\n"],
    [";", "a;b\n1,5;2,5\n3,25;4,75\n"],
    ["\t", "a\tb\n1, 2\t3\n"],
    ["|", "a|b|c\n1|2|3\n"],
    [";", '"a,b,c";d\n"1,2,3";4\n'],
    ["^", "a^b\n1^2\n3^4\n"],
    [";", "1.234,56;2\n3.456,78;4\n"],
    [";", "1,234;5\n2,345;6\n"],
    [",", "1,2\n3,4\n"],
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

  it("says how many rows do not have the columns of the others, and which", async () => {
    const { rows, warnings } = await csvToText("a,b\n1\n1,2,3\n1,2\n");
    expect(rows).toBe(4);
    expect(warnings).toEqual(["2 of 4 rows do not have the 2 columns of the others: rows 2, 3."]);
  });

  it("names the first five wrong rows and counts the rest", async () => {
    const { warnings } = await csvToText(`a,b\n${"1,2\n".repeat(10)}${"1\n".repeat(7)}`);
    expect(warnings).toEqual([
      "7 of 18 rows do not have the 2 columns of the others: rows 12, 13, 14, 15, 16 and 2 more.",
    ]);
  });

  it("reads a table of blank lines as none", async () => {
    expect(await csvToText("\n\n")).toEqual({ text: "", rows: 0, warnings: [] });
  });

  it.each([
    ['a,b\n"secret"x,2\n', "a\tb\nsecretx\t2"],
    ['a,b\nsecret"x,2\n', 'a\tb\nsecret"x\t2'],
    ['a\tb\n5" pipe\t2\n', 'a\tb\n5" pipe\t2'],
  ])("reads a quote that stands where none belongs as it stands, and names the row: %j", async (table, text) => {
    const read = await csvToText(table);
    expect(read).toMatchObject({ text, rows: 2 });
    expect(read.warnings).toEqual(["Quotes do not match in row 2: they were read as they stand."]);
  });

  it.each([
    ['a,b\n"x \\"q\\" y",1\n', 'a\tb\nx "q" y\t1'],
    ['a,b\n"C:\\",1\n', "a\tb\nC:\\\t1"],
    ['a,b\n "x, y" ,1\n', "a\tb\nx, y\t1"],
    ['a,b\n"",""\n', "a\tb\n\t"],
  ])("reads quotes after a backslash and after spaces: %j", async (table, text) => {
    expect(await csvToText(table)).toEqual({ text, rows: 2, warnings: [] });
  });

  it("takes every line end for one, also where they are mixed", async () => {
    expect(await csvToText("a,b\r\n1,2\n3,4\r5,6")).toEqual({ text: "a\tb\n1\t2\n3\t4\n5\t6", rows: 4, warnings: [] });
  });

  it("takes the delimiter that a first line names, which is no row", async () => {
    expect(await csvToText("sep=;\r\na;b,c\r\n1;2,5\r\n")).toMatchObject({
      text: "a\tb,c\n1\t2,5",
      rows: 2,
      warnings: [],
    });
    expect((await csvToText("\uFEFFsep=^\na^b\n")).text).toBe("a\tb");
  });

  it("finds the delimiter below a title, and names the title as a row of other columns", async () => {
    const { text, warnings } = await csvToText("Report 2026, all\n\nname;price\nx;1,5\ny;2,5\nz;3,5\n");
    expect(text).toBe("Report 2026, all\nname\tprice\nx\t1,5\ny\t2,5\nz\t3,5");
    expect(warnings).toEqual(["1 of 5 rows does not have the 2 columns of the others: row 1."]);
  });

  it("reads the same wherever the pieces of a table end", async () => {
    const table = 'a,b\r\n"x ""q"" \\"y\\"",1\r\n\r\nplain,"two\r\nlines"\rlast,"" \n';
    const whole = await csvToText(table);
    for (let at = 1; at < table.length; at += 1) {
      const cells: string[] = [];
      const reader = createCsvReader(",", (record) => cells.push(record.cells.map(oneLine).join("\t")));
      reader.push(table.slice(0, at));
      reader.push(table.slice(at));
      expect(reader.end()).toBeNull();
      expect(cells.join("\n"), `cut at ${at}`).toBe(whole.text);
    }
  });

  it("refuses a quote that is never closed, and does not repeat the cell", async () => {
    const refusal = csvToText('a,b\n1,"secret', "table.csv");
    await expect(refusal).rejects.toThrow(BrokenDocument);
    await expect(refusal).rejects.toThrow("never closed");
    await expect(refusal).rejects.toThrow(/Document "table\.csv" .* near line 2/u);
    await expect(refusal).rejects.not.toThrow("secret");
  });

  it("takes the end mark of DOS for no row, and a quoted line of the delimiter for what it says", async () => {
    expect(await csvToText("a,b\n1,2\n\u001A")).toMatchObject({ text: "a\tb\n1\t2", rows: 2, warnings: [] });
    expect(await csvToText('"sep=;"\na;b\n')).toMatchObject({ text: "a\tb", rows: 1 });
  });

  it("reads quotes after backslashes also before the end of their cell", async () => {
    expect(await csvToText('a,"he said \\"hi\\"",c\n1,2,3')).toMatchObject({
      text: 'a\the said "hi"\tc\n1\t2\t3',
      rows: 2,
    });
    expect(await csvToText('"C:\\""dir""",x\n')).toMatchObject({ text: 'C:\\"dir"\tx' });
  });
});
