import { describe, expect, it } from "vitest";
import { readTable } from "../../../src/documents/table.ts";

const read = async (table: string) => {
  const rows: (readonly string[])[] = [];
  const { columns, warnings } = await readTable(Buffer.from(table), (cells) => rows.push(cells));
  return { columns, rows, warnings };
};

describe("readTable", () => {
  it("takes the names below a title for the header, and tells of the title", async () => {
    expect(await read("Report 2026\n\nid,name\n1,Kim\n2,Lee\n")).toEqual({
      columns: ["id", "name"],
      rows: [
        ["1", "Kim"],
        ["2", "Lee"],
      ],
      warnings: [expect.stringContaining("row 1"), "1 row stands above the header and is left out."],
    });
  });

  it("loses no row where a short header has numbers below it", async () => {
    expect(await read("name\n1,2\n3,4\n")).toMatchObject({
      columns: ["name", "column_2"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
    });
  });

  it("names equal headers, missing ones and cells beyond the header, and keeps cells as text", async () => {
    const { columns, rows, warnings } = await read("a,a,\n06236,1.10,01012345678,x\n1,2,3\n4,5,6\n");
    expect(columns).toEqual(["a", "a_2", "column_3", "column_4"]);
    expect(rows[0]).toEqual(["06236", "1.10", "01012345678", "x"]);
    expect(warnings).toHaveLength(2);
  });
});
