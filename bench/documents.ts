import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { docxParts, docxParagraph, pdfFile, zipFile } from "../test/fixtures/documents.ts";

/**
 * `npm run bench:documents`: how fast each kind of document is read, and how much memory it takes; beside pdftotext
 * and pandoc where they are.
 */

const run = promisify(execFile);

const Figures = z.object({
  milliseconds: z.number(),
  cpuMilliseconds: z.number(),
  peakMegabytes: z.number(),
  characters: z.number(),
});

const MEGABYTE = 1_000_000;

const repeated = (unit: string, bytes: number): string => unit.repeat(Math.ceil(bytes / Buffer.byteLength(unit)));

const TEXT = "The meeting begins at nine, and everybody reads the notes before it. 회의는 아홉 시에 시작합니다.\n";
const ROW = '10234,"Kim, 철수",a longer note that somebody wrote,1234.50,2026-01-02\n';
const SECTION = `<section class="entry wide" id="s1"><h2>Section</h2><p class="text">${TEXT.trim()} <a href="https://example.com/a?b=c">a link</a> &amp; <b>bold</b> words, and a sentence that goes on for a while.</p><table><tr><td>one</td><td>two</td></tr></table></section>\n`;
const PAGE = repeated("Plain words that fill a page of a report, line after line, as reports do. ", 2_500);

/** A file of each kind, as large as it gets in practice. */
const FILES: Readonly<Record<string, () => Promise<string | Uint8Array>>> = {
  "text.txt": async () => repeated(TEXT, 50 * MEGABYTE),
  "table.csv": async () => `id,name,note,amount,date\n${repeated(ROW, 47 * MEGABYTE)}`,
  "page.html": async () => `<!doctype html><title>Bench</title><body>${repeated(SECTION, 20 * MEGABYTE)}`,
  "words.docx": async () => zipFile(docxParts(docxParagraph(TEXT.trim()).repeat(60_000))),
  "report.pdf": () => pdfFile(Array.from({ length: 400 }, () => PAGE)),
};

/** The programs that read the same, and how. */
const OTHERS: Readonly<Record<string, readonly (readonly [program: string, ...args: string[]])[]>> = {
  "page.html": [["pandoc", "-f", "html", "-t", "plain"]],
  "words.docx": [["pandoc", "-f", "docx", "-t", "plain"]],
  "report.pdf": [["pdftotext"]],
};

/** A program may take so many seconds of CPU time: pandoc takes minutes and 6 GB for 20 MB of HTML. */
const MAX_SECONDS = 60;

/**
 * Seconds of CPU time that a program takes for a file, or why there are none. A shell counts what its children used.
 */
const secondsOf = async (program: readonly string[], file: string): Promise<string> => {
  const output = `${file}.out`;
  const args = program[0] === "pandoc" ? `"$@" '${file}' -o '${output}'` : `"$@" '${file}' '${output}'`;
  try {
    const { stdout } = await run("sh", [
      "-c",
      `command -v "$1" >/dev/null || exit 9; ulimit -t ${MAX_SECONDS}; ${args} || exit 8; times`,
      "sh",
      ...program,
    ]);
    const times = [...(stdout.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/gu)];
    return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0).toFixed(2);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === 9;
    return isMissing ? "is not here" : `failed, or took over ${MAX_SECONDS}`;
  }
};

const folder = await mkdtemp(join(tmpdir(), "celeriac-bench-"));
try {
  console.log("file          MB      s   MB/s  CPU s  peak MB  others (CPU s)");
  for (const [name, make] of Object.entries(FILES)) {
    const file = join(folder, name);
    await writeFile(file, await make());
    const { size } = await stat(file);
    const { stdout } = await run(process.execPath, [fileURLToPath(new URL("document-run.ts", import.meta.url)), file]);
    const { milliseconds, cpuMilliseconds, peakMegabytes } = Figures.parse(JSON.parse(stdout));
    const others: string[] = [];
    for (const program of OTHERS[name] ?? []) {
      others.push(`${program[0]} ${await secondsOf(program, file)}`);
    }
    const cells = [
      name.padEnd(11),
      (size / MEGABYTE).toFixed(1).padStart(5),
      (milliseconds / 1000).toFixed(2).padStart(6),
      (size / MEGABYTE / (milliseconds / 1000)).toFixed(1).padStart(6),
      (cpuMilliseconds / 1000).toFixed(2).padStart(6),
      peakMegabytes.toFixed(0).padStart(8),
    ];
    console.log(`${cells.join(" ")}  ${others.join(", ")}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
