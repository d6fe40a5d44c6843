import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { DocumentTooLarge, EmptyDocument } from "../../../src/documents/errors.ts";
import { MAX_UNPACKED_BYTES } from "../../../src/documents/limits.ts";
import { extractText } from "../../../src/documents/text.ts";
import type { DocumentType } from "../../../src/documents/type.ts";
import { docxFile, encodeText, KOREAN_TEXT, pdfFile } from "../../fixtures/documents.ts";

const html = encodeText('<meta charset="euc-kr"><p>안녕하세요</p>', "euc-kr");

/** Of each type a file, and what is read of it. */
const EXAMPLES: readonly (readonly [DocumentType, Uint8Array, object])[] = [
  ["txt", encodeText("안녕", "euc-kr"), { text: "안녕", encoding: "euc-kr", pages: null, rows: null, warnings: [] }],
  [
    "txt",
    encodeText("Grüße aus Köln, wo man Käse isst", "windows-1252"),
    { text: "Grüße aus Köln, wo man Käse isst", encoding: "windows-1252" },
  ],
  [
    "md",
    Buffer.from(`# 제목\n\n${KOREAN_TEXT}`),
    { text: `# 제목\n\n${KOREAN_TEXT}`, encoding: "utf-8", pages: null, rows: null, warnings: [] },
  ],
  ["html", html, { text: "안녕하세요", encoding: "euc-kr", pages: null, rows: null, warnings: [] }],
  [
    "csv",
    encodeText("이름;나이\n홍길동;20\n", "euc-kr"),
    { text: "이름\t나이\n홍길동\t20", encoding: "euc-kr", pages: null, rows: 2, warnings: [] },
  ],
  ["pdf", await pdfFile(["one", "two"]), { text: "one\n\ntwo", encoding: null, pages: 2, rows: null, warnings: [] }],
  [
    "docx",
    await docxFile(["안녕하세요"]),
    { text: "안녕하세요", encoding: null, pages: null, rows: null, warnings: [] },
  ],
];

const REQUIRE = 'import{createRequire as make}from"node:module";const require=make(import.meta.url);';

/** Prints as JSON what the bundle beside it reads of the examples beside it. */
const READ_ALL = `
  import examples from "./examples.json" with { type: "json" };
  import { extractText } from "./text.mjs";
  const read = ([type, base64]) => extractText(type, Buffer.from(base64, "base64"));
  console.log(JSON.stringify(await Promise.all(examples.map(read))));
`;

const bundleTo = (outdir: string): Promise<unknown> =>
  build({
    entryPoints: ["src/documents/text.ts"],
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    outdir,
    outExtension: { ".js": ".mjs" },
    banner: { js: REQUIRE },
  });

describe("extractText", () => {
  it.each(EXAMPLES)("reads a %s", async (type, bytes, expected) => {
    expect(await extractText(type, bytes)).toMatchObject(expected);
  });

  it("refuses no bytes and more bytes than the limit", async () => {
    await expect(extractText("txt", new Uint8Array())).rejects.toThrow(EmptyDocument);
    await expect(extractText("txt", new Uint8Array(MAX_UNPACKED_BYTES + 1), { filename: "big.txt" })).rejects.toThrow(
      DocumentTooLarge,
    );
  });

  it.each(EXAMPLES)("does not begin a %s once its signal has ended it", async (type, bytes) => {
    const reason = new Error("time is up");
    await expect(extractText(type, bytes, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("reads the same once bundled and split, where CommonJS has other exports", { timeout: 30_000 }, async () => {
    const outdir = await mkdtemp(join(tmpdir(), "celeriac-documents-"));
    try {
      await bundleTo(outdir);
      const examples = EXAMPLES.map(([type, bytes]) => [type, Buffer.from(bytes).toString("base64")]);
      await writeFile(join(outdir, "examples.json"), JSON.stringify(examples));
      await writeFile(join(outdir, "read-all.mjs"), READ_ALL);
      const { stdout } = await promisify(execFile)(process.execPath, [join(outdir, "read-all.mjs")]);
      expect(JSON.parse(stdout)).toMatchObject(EXAMPLES.map(([, , expected]) => expected));
    } finally {
      await rm(outdir, { recursive: true });
    }
  });
});
