import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { createCounter } from "../src/documents/counts.ts";
import { DocumentError } from "../src/documents/errors.ts";
import { readText } from "../src/documents/text.ts";
import { claimedType, documentType } from "../src/documents/type.ts";

/**
 * `npm run corpus -- FOLDER`: reads every document of a folder of your own and prints a line for each, tab-separated:
 * file, kind, pages, words, milliseconds, and its warnings or why it is refused. Nothing leaves the machine.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Which folder? npm run corpus -- FOLDER");
  process.exit(2);
}

const isDocument = (name: string): boolean => {
  try {
    claimedType(name, null);
    return true;
  } catch {
    return false;
  }
};

const describe = async (path: string): Promise<readonly (string | number)[]> => {
  const bytes = await readFile(path);
  const start = performance.now();
  const since = (): string => (performance.now() - start).toFixed(0);
  try {
    const type = await documentType(path, null, bytes);
    const counter = createCounter();
    const { pages, encoding, warnings } = await readText(type, bytes, counter.add, { filename: path });
    const kind = encoding === null ? type : `${type} ${encoding}`;
    return [kind, pages ?? "", counter.counts().words, since(), warnings.join(" ")];
  } catch (error) {
    const reason =
      error instanceof DocumentError ? `${error.name}: ${error.message}` : `NOT A REFUSAL: ${String(error)}`;
    return ["refused", "", 0, since(), reason];
  }
};

const names = (await readdir(folder, { recursive: true })).filter(isDocument).toSorted();
let refused = 0;
let warned = 0;
let words = 0;
console.log(["file", "kind", "pages", "words", "ms", "warnings"].join("\t"));
for (const name of names) {
  const path = join(folder, name);
  if (!(await stat(path)).isFile()) continue;
  const cells = await describe(path);
  refused += cells[0] === "refused" ? 1 : 0;
  warned += cells[0] !== "refused" && cells[4] !== "" ? 1 : 0;
  words += Number(cells[2]);
  console.log([relative(folder, path), ...cells].join("\t"));
}
console.log(`${names.length} files, ${words} words, ${warned} with warnings, ${refused} refused.`);
process.exit(0);
