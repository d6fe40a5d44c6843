import { readFileSync } from "node:fs";
import { createCounter } from "../src/documents/counts.ts";
import { createSpool } from "../src/documents/spool.ts";
import { readText } from "../src/documents/text.ts";
import { documentType } from "../src/documents/type.ts";

/**
 * Reads one file as `documents.process` does, in a process of its own, so that its memory is its own too. Prints a
 * line of JSON. Arguments: the file, and `count` to count words too.
 */
const [path = "", mode] = process.argv.slice(2);
const bytes = readFileSync(path);
const start = performance.now();
const type = await documentType(path, null, bytes);
const counter = createCounter();
const spool = createSpool();
let characters = 0;
const { warnings } = await readText(type, bytes, (piece) => {
  characters += piece.length;
  spool.write(piece);
  if (mode === "count") counter.add(piece);
});
spool.end();
spool.remove();
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    milliseconds: performance.now() - start,
    cpuMilliseconds: (user + system) / 1000,
    // Kilobytes, on every system that Node runs on.
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    characters,
    words: mode === "count" ? counter.counts().words : 0,
    warnings: warnings.length,
  }),
);
process.exit(0);
