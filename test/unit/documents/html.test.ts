import { describe, expect, it } from "vitest";
import { BrokenDocument, DocumentTooLarge } from "../../../src/documents/errors.ts";
import { htmlToText } from "../../../src/documents/html.ts";
import { MAX_HTML_DEPTH, MAX_HTML_TAGS } from "../../../src/documents/limits.ts";

const nested = (depth: number): string => `${"<div>".repeat(depth)}x${"</div>".repeat(depth)}`;

describe("htmlToText", () => {
  it("keeps the readable text and drops markup, scripts, styles and pictures", async () => {
    const page = `<!doctype html><html><head><title>no</title><style>p { color: red }</style></head><body>
      <h1>회의록</h1><script>alert("no")</script><noscript>no</noscript><template>no</template>
      <p>첫 문단,<br>두 번째 줄 &amp; 끝</p><img src="a.png" alt="no"><svg><text>no</text></svg><!-- no --></body></html>`;
    expect(await htmlToText(page)).toBe("회의록\n\n첫 문단,\n두 번째 줄 & 끝");
  });

  it("keeps of a link only its text", async () => {
    expect(await htmlToText('<p>See <a href="https://example.com/secret">the page</a>.</p>')).toBe("See the page.");
  });

  it("leaves headings as they are and long lines whole", async () => {
    const line = "word ".repeat(100).trim();
    expect(await htmlToText(`<h1>A Heading</h1><hr><p>${line}</p>`)).toBe(`A Heading\n\n${line}`);
  });

  it("writes a table row as a line, its cells with tabs between them", async () => {
    const table = "<table><tr><th>이름</th><th>나이</th></tr><tr><td>홍길동</td><td>20</td></tr></table>";
    expect(await htmlToText(table)).toBe("이름\t나이\n홍길동\t20");
  });

  it("reads a fragment without a body", async () => {
    expect(await htmlToText("plain <b>text</b>")).toBe("plain text");
  });

  it("reads thousands of paragraphs and items that are never closed", async () => {
    const text = await htmlToText(`${"<p>a".repeat(5000)}<ul>${"<li>b".repeat(5000)}</ul>`);
    expect(text.match(/[ab]/gu)).toHaveLength(10_000);
  });

  it("reads elements down to the deepest level that is allowed, and refuses the next", async () => {
    expect(await htmlToText(nested(MAX_HTML_DEPTH))).toBe("x");
    await expect(htmlToText(nested(MAX_HTML_DEPTH + 1), "deep.html")).rejects.toThrow(BrokenDocument);
    await expect(htmlToText("<b></i>".repeat(MAX_HTML_DEPTH + 1))).rejects.toThrow("nests its HTML elements too deep");
  });

  it("refuses more tags than its tree has memory for", async () => {
    await expect(htmlToText("<p>".repeat(MAX_HTML_TAGS + 1))).rejects.toThrow(DocumentTooLarge);
  });

  it("numbers lists as they say", async () => {
    expect(await htmlToText("<ol start=3><li>a<li>b</ol>")).toBe(" 3. a\n 4. b");
    expect(await htmlToText("<ol><li>a<li value=7>b<li>c</ol>")).toBe(" 1. a\n 7. b\n 8. c");
  });

  it.each([
    ["<ol reversed><li>a<li>b<li>c</ol>", " 3. a\n 2. b\n 1. c"],
    ["<ol start=10 reversed><li>a<ol reversed><li>x<li>y</ol><li>b</ol>", " 10. a\n      2. x\n      1. y\n 9. b"],
    ["<ol type=a start=26><li>a<li>b</ol>", " z. a\n aa. b"],
    ["<ol type=I start=9><li>a<li>b</ol>", " IX. a\n X. b"],
    ["<ol reversed><li>never<li>closed", " 2. never\n 1. closed"],
  ])("numbers lists by their type and backwards: %s", async (page, text) => {
    expect(await htmlToText(page)).toBe(text);
  });

  it.each([
    ['<select><optgroup label="Fruit"><option>apple<option>pear</optgroup></select>', "Fruit\napple\npear"],
    ['Name: <input value="Kim"> Age: <input type=number value=30>', "Name: Kim Age: 30"],
    ['<input type=hidden value=a><input type=PASSWORD value=b><input type=submit value="Send">', "Send"],
    ["<input type=checkbox checked value=1> yes <input type=radio> no", "☒ yes ☐ no"],
    ["<textarea>\n &lt;b> <i></textarea>&amp;lt;", " <b> <i>\n&lt;"],
  ])("shows what a form shows: %s", async (page, text) => {
    expect(await htmlToText(page)).toBe(text);
  });

  it("takes all that follows a plaintext tag as it stands", async () => {
    expect(await htmlToText("<p>a<plaintext><b>x</b> & y\n</plaintext>")).toBe("a\n<b>x</b> & y\n</plaintext>");
  });

  it("leaves out what stands for a player where there is none", async () => {
    expect(await htmlToText("<video>no video</video>x<datalist><option>hint</datalist>")).toBe("x");
  });
});
