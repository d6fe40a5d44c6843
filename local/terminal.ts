let lines: string[] = [];

/** Writes a line. What is said in one turn of the event loop is written at once: each write to a pipe waits for it. */
export function writeLine(line: string): void {
  if (lines.push(line) === 1) setImmediate(flush);
}

function flush(): void {
  if (lines.length === 0) return;
  process.stdout.write(`${lines.join("\n")}\n`);
  lines = [];
}

process.on("exit", flush);
