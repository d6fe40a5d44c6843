import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type ExtractedText, extractText } from "../../../src/documents/text.ts";
import { documentType } from "../../../src/documents/type.ts";

const FOLDER = new URL("../../fixtures/documents/", import.meta.url);

const read = async (name: string): Promise<ExtractedText> => {
  const bytes = await readFile(new URL(name, FOLDER));
  const type = await documentType(name, null, bytes);
  return extractText(type, bytes, { filename: name });
};

const COLUMNS = "left 0 right 0\nleft 1 right 1\nleft 2 right 2";
const RUSSIAN = "Съешь же ещё этих мягких французских булок";
const LOG_LINE = "2026-01-02 INFO service started on port 8080";

/** Of each file what is read: all of its text, or its start. */
const WHOLE: Readonly<Record<string, string>> = {
  "alt-title.html": "The title\n\nx y",
  "altchunk-only.docx": "",
  "backslash-escape.csv": 'a\tb\nx "q" y\t1',
  "bidi-wrappers-lost.docx": "before inside-dir inside-bdo after",
  "big5-word.txt": "你好",
  "br-and-hr.html": "a\nb\n\nc",
  "br-joins-words.docx": "red\ngreen\nblue\nblack",
  "cdata.html": "a b",
  "cell-paragraphs.html": "a\tb\nc\td",
  "checkbox.docx": "☒ agree",
  "chinese-gb-punct.txt": "你好，世界！",
  "chinese-gb2312-short.txt": "中华人民共和国",
  "comma-decimal-semicolon.csv": "n\tp\nx\t1,5\ny\t2,5",
  "comment-unclosed.html": "a",
  "cp437-box.txt": "╔══╗\n║ab║\n╚══╝\n",
  "cr-only.csv": "a\tb\n1\t2\n3\t4",
  "crlf-in-cell.csv": "a\tb\nx y\t1",
  "deleted-paragraph-mark.docx": "One sentence.",
  "equation-lost.docx": "Energy is E=mc.",
  "esc-in-utf8.txt": "log \u001B$Bok\u001B[0m 한글\n",
  "eucjp-half-kana.txt": "ｶﾀｶﾅ",
  "footnote-lost.docx": "Text with a note[1].\n\n[1] The note says forty-two.",
  "form-value-lost.pdf": "Name: Typed answer",
  "gb18030-4byte.txt": "你好𠮷野家今天我们去北京大学参观图书馆\n",
  "greek-short.txt": "Καλημέρα κόσμε",
  "hangul-compat.txt": "ㅋㅋㅋㅋ",
  "hash-comment.csv": "# made by x\na\tb\n1\t2",
  "hidden.html": "seen\n\nhidden attr\n\nhidden css\nsum\nbody",
  "hyphenated.pdf": "a long hyphen-\nated word",
  "iframe-unclosed-script.html": "before\n\nafter",
  "invisible-ocr-layer.pdf": "ocr layer text",
  "iso-2022-kr.txt": "안녕하세요 여러분\n반갑습니다\n",
  "json.txt": '{"a":1}',
  "known-column-space.pdf": "first column amount\nsecond line",
  "known-content-control.docx": "in a control\n\nin custom xml",
  "known-hidden.docx": "hidden text shown",
  "known-instr.docx": "7",
  "known-moved.docx": "new place added",
  "known-nested-table.docx": "outer\n\ninner1\tinner2",
  "known-tabs.docx": "1\tPoint\t9",
  "known-textbox-runs.docx": "Title\n\nLocation\n\nnext",
  "known-xml-space.docx": "a  b\u00ADc\u2011d",
  "korean-cmap.pdf": "안녕하세요 문서입니다\nLatin line",
  "latin1-short.txt": "café\n",
  "linearized.pdf": COLUMNS,
  "list-numbers.docx": "first\n\nsecond",
  "macroman.txt": "Résumé naïve café – “déjà vu” à Québec\n",
  "meta-gb2312.html": "镕 简体中文",
  "meta-late-euckr.html": "가",
  "meta-latin1-declared.txt.html": "é",
  "meta-utf16-but-ascii.html": "plain",
  "meta-utf8-but-euckr.html": "안녕하세요 반갑습니다",
  "meta-windows-1252-declared.html": "café £5",
  "mixed-scan.pdf": "Cover",
  "nbsp.csv": "a\tb\n1\t2",
  "nested-table.html": "a\ni1\ti2\nb\nc\td",
  "no-eof-mark.pdf": COLUMNS,
  "one-byte-after-zip.docx": "hello",
  "one-nul.csv": "a\tb\n1\t2\n3\t4",
  "outside-page.pdf": "inside",
  "owner-password.pdf": COLUMNS,
  "pipe.csv": "a\tb\n1\t2",
  "pre.html": "line 1\n  line 2\n\na\u00A0b &lt; € 😀 &bogus; €",
  "quote-in-cell.csv": 'name\tsize\npipe\t5" long',
  "row-right-to-left.pdf": "Alice Director 100.00",
  "ruby.html": "漢(kan)",
  "russian-word.txt": "Привет, мир",
  "script-lt.html": "text",
  "sep-line.csv": "a\tb\n1\t2",
  "single-column-commas.csv": "comment\none, two\nthree",
  "strict.docx": "strict text",
  "sym-char.docx": "Tick ✓ done",
  "tab-in-cell.csv": "a\tb\nx y\t1",
  "table-cells.docx": "a1\tb1\na2\tb2",
  "table-one-cell-row.html": "cap\nh1\th2\n1\n\t2",
  "title-then-table.csv": "Report 2026\nname\tprice\nx\t1,5\ny\t2,5\nz\t3,5",
  "trailing-delims.csv": "a\tb\t\t\n1\t2\t\t",
  "two-columns.pdf": COLUMNS,
  "utf-16le-no-bom-korean.txt": "안녕하세요 반갑습니다\n",
  "utf-16le-odd.txt": "abc def\uFFFD",
  "utf-32le-no-bom.txt": "hello world\n",
  "utf16-no-bom.csv": "a\tb\n1\t2",
  "vertical-tab.csv": "a\tb\nx y\t1",
  "whitespace.txt": " \n\t \n",
  "windows-1252.txt": "He paid €20 – “cheap” – for the café’s crème brûlée.\n",
};

const START: Readonly<Record<string, string>> = {
  "cp1251.txt": RUSSIAN,
  "cp1251-in-markup.txt": '<item id="1"><title lang="ru">Новости дня</title>',
  "english-one-nul.txt": "The meeting begins at nine",
  "html-block-tags.html": "address-x\naddress-y\narticle-x\narticle-y\n",
  "johab.txt": "안녕하세요 여러분. 오늘은 날씨가 참 좋습니다.\n",
  "log-nul-padded.txt": LOG_LINE,
  "log-with-nul-at-start.txt": `a${LOG_LINE}`,
  "log-with-one-nul.txt": LOG_LINE,
  "tis-620.txt": "ภาษาไทยเป็นภาษาที่มีวรรณยุกต์",
  "utf8-korean-with-nul.txt": "안녕하세요 반갑습니다 로그 파일\n",
  "vietnamese.txt": "Xin chào các b",
};

const REFUSED: Readonly<Record<string, string>> = {
  "bom-only.csv": "EmptyDocument",
  "deep.html": "BrokenDocument",
  "plain.rtf.txt": "ContradictedDocument",
  "user-password.pdf": "EncryptedDocument",
};

/** What a warning must tell of. */
const WARNED: Readonly<Record<string, RegExp>> = {
  "altchunk-only.docx": /^1 embedded document/u,
  "english-one-nul.txt": /^1 NUL character was left out/u,
  "log-nul-padded.txt": /^512 NUL characters were left out/u,
  "log-with-one-nul.txt": /^1 NUL character/u,
  "mixed-scan.pdf": /^2 of 3 pages have no text/u,
  "one-nul.csv": /^1 NUL character/u,
  "quote-in-cell.csv": /row 2/u,
  "title-then-table.csv": /row 1/u,
  "utf8-korean-with-nul.txt": /^1 NUL character/u,
};

/** Read without a doubt: no warning. */
const QUIET = (
  "meta-windows-1252-declared.html meta-latin1-declared.txt.html meta-gb2312.html meta-late-euckr.html " +
  "iso-2022-kr.txt utf-32le-no-bom.txt sep-line.csv backslash-escape.csv form-value-lost.pdf korean-cmap.pdf " +
  "no-eof-mark.pdf footnote-lost.docx bidi-wrappers-lost.docx equation-lost.docx known-tabs.docx " +
  "checkbox.docx one-byte-after-zip.docx table-cells.docx esc-in-utf8.txt"
).split(" ");

describe("files that others made", () => {
  it.each(Object.entries(WHOLE))("%s says %j", async (name, text) => {
    expect((await read(name)).text).toBe(text);
  });

  it.each(Object.entries(START))("%s begins with %j, and has no NUL", async (name, start) => {
    const { text } = await read(name);
    expect(text.slice(0, start.length)).toBe(start);
    expect(text).not.toContain("\0");
  });

  it.each(Object.entries(REFUSED))("%s is refused as %s", async (name, error) => {
    await expect(read(name)).rejects.toMatchObject({ name: error });
  });

  it.each(Object.entries(WARNED))("%s comes with a warning like %s", async (name, warning) => {
    expect((await read(name)).warnings).toEqual([expect.stringMatching(warning)]);
  });

  it.each(QUIET)("%s comes without a warning", async (name) => {
    expect((await read(name)).warnings).toEqual([]);
  });

  it("starts a line with every block element of a page", async () => {
    const { text } = await read("html-block-tags.html");
    const lines = text.split("\n").map((line) => line.replace(/^[ >*]+/u, ""));
    expect(lines.filter((line) => line !== "" && !/^(?:[\w-]+-[xy]|label-xlabel-y)$/u.test(line))).toEqual([]);
  });

  it("are all looked at", async () => {
    const names = (await readdir(FOLDER)).filter((name) => !name.startsWith("."));
    const known = [WHOLE, START, REFUSED].flatMap((table) => Object.keys(table));
    expect(known.toSorted()).toEqual(names.toSorted());
  });
});
