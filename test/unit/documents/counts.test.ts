import { describe, expect, it } from "vitest";
import { countText } from "../../../src/documents/counts.ts";

describe("countText", () => {
  it.each([
    ["", { characters: 0, words: 0, lines: 0, paragraphs: 0 }],
    ["one", { characters: 3, words: 1, lines: 1, paragraphs: 1 }],
    ["one two\n", { characters: 8, words: 2, lines: 1, paragraphs: 1 }],
    ["one\r\n\r\ntwo\r\n", { characters: 12, words: 2, lines: 3, paragraphs: 2 }],
    ["one\n\n\n \ntwo\nthree", { characters: 17, words: 3, lines: 6, paragraphs: 2 }],
    [" \n\n ", { characters: 4, words: 0, lines: 3, paragraphs: 0 }],
    ["안녕하세요, 오늘은 날씨가 좋습니다.", { characters: 20, words: 4, lines: 1, paragraphs: 1 }],
    ["今天天气很好", { characters: 6, words: 3, lines: 1, paragraphs: 1 }],
    ["3.14 can't 2026-01-01", { characters: 21, words: 5, lines: 1, paragraphs: 1 }],
    ["👍🏽 𝒳", { characters: 4, words: 1, lines: 1, paragraphs: 1 }],
    ["- … — !", { characters: 7, words: 0, lines: 1, paragraphs: 1 }],
  ])("counts %j", (text, expected) => {
    expect(countText(text)).toEqual(expected);
  });

  it("splits no word where it cuts a long text into pieces", () => {
    const text = "안녕하세요 ".repeat(400_000);
    expect(countText(text)).toEqual({ characters: 2_400_000, words: 400_000, lines: 1, paragraphs: 1 });
  });
});
