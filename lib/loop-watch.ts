import { Worker } from "node:worker_threads";

/** A loop lets no timer of its own thread run: this one tells of it on standard error, and ends the process. */
const WATCH = `
  const { parentPort } = require("node:worker_threads");
  let timer;
  parentPort.on("message", (watched) => {
    clearTimeout(timer);
    if (watched === null) return;
    timer = setTimeout(() => {
      require("node:fs").writeSync(2, watched.line + "\\n");
      process.kill(process.pid, "SIGKILL");
    }, watched.seconds * 1000);
  });
`;

let thread: Worker | null = null;

/**
 * Ends the process with a line on standard error unless this is called off within some seconds, even where a loop keeps
 * its main thread.
 * @returns what calls it off
 */
export function watchForLoop(line: string, seconds: number): () => void {
  thread ??= new Worker(WATCH, { eval: true, execArgv: [] });
  thread.unref();
  const watching = thread;
  const tell = (watched: object | null): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's takes none
    watching.postMessage(watched);
  };
  tell({ line, seconds });
  return () => tell(null);
}
