import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeFilename } from "../../../src/documents/names.ts";

/** Names as an attacker or a careless system would make them. */
const names = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...Array.from('./\\ ~:"\r\n\0;%\u202E가a'), "\uD800", "..") }),
  fc
    .tuple(
      fc.string({ unit: "grapheme", minLength: 90, maxLength: 300 }),
      fc.constantFrom(".pdf", ".docx", ".한글", ""),
    )
    .map((parts) => parts.join("")),
);

const holds = (property: (safe: string, name: string) => void): void => {
  fc.assert(
    fc.property(names, (name) => {
      property(safeFilename(name), name);
    }),
    { numRuns: 500 },
  );
};

describe("safeFilename", () => {
  it.each([
    ["회의록.docx", "회의록.docx"],
    ["회의록.docx".normalize("NFD"), "회의록.docx"],
    ["Report (final) & notes.pdf", "Report (final) & notes.pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\kim\\report.pdf", "report.pdf"],
    ["folder/..", "folder"],
    ["..", "document"],
    ["", "document"],
    ["...", "document"],
    [".htaccess", "htaccess"],
    ["a\r\nset-cookie: x=1.txt", "aset-cookie_ x=1.txt"],
    ['a".txt"; filename="b.exe', "a_.txt__ filename=_b.exe"],
    ["a\0.txt", "a.txt"],
    ["\u202Etxt.exe", "txt.exe"],
    ["CON.txt", "_CON.txt"],
    ["%2e%2e%2fa.txt", "_2e_2e_2fa.txt"],
    ["a   b .txt", "a b .txt"],
  ])("makes %j into %j", (name, expected) => {
    expect(safeFilename(name)).toBe(expected);
  });

  it("cuts a long name and keeps its extension", () => {
    expect(safeFilename(`${"가".repeat(200)}.docx`)).toBe(`${"가".repeat(95)}.docx`);
    expect(safeFilename(`${"👍".repeat(200)}.md`)).toBe(`${"👍".repeat(97)}.md`);
  });

  it("never gives an empty name, a path, a leading dot or a name over 100 characters", () => {
    holds((safe) => {
      expect(safe).not.toBe("");
      expect(safe).not.toMatch(/[/\\]|^\.|\.$/u);
      expect(Array.from(safe).length).toBeLessThanOrEqual(100);
    });
  });

  it("never gives a control, an invisible or a reserved character, nor half a surrogate pair", () => {
    holds((safe) => {
      expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*%;#{}^~`[\]]/u);
      expect(safe.isWellFormed()).toBe(true);
      expect(safe.normalize("NFC")).toBe(safe);
    });
  });

  it("changes nothing the second time", () => {
    holds((safe) => {
      expect(safeFilename(safe)).toBe(safe);
    });
  });

  it("keeps the extension of a name of letters and Hangul, however long", () => {
    const stem = fc.string({
      unit: fc.constantFrom("a", "Z", "9", "가", "힣", "_", " ", "-"),
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(stem, fc.constantFrom(".txt", ".md", ".html", ".csv", ".pdf", ".docx"), (name, extension) => {
        expect(safeFilename(`x${name}${extension}`).endsWith(extension)).toBe(true);
      }),
    );
  });
});
