import { CommanderError } from "commander";
import { CliError, EXIT } from "./errors.ts";
import { createProgram } from "./program.ts";
import { PROJECT_COMMANDS } from "./project/commands.ts";
import { paintFor } from "./view/paint.ts";

/** Runs the command line of this process, and leaves its exit code. */
async function main(): Promise<void> {
  const [name = "", ...args] = process.argv.slice(2);
  if (Object.hasOwn(PROJECT_COMMANDS, name)) return runProject(name, args);
  const interrupt = new AbortController();
  endCleanly(interrupt);
  try {
    await createProgram(interrupt.signal).parseAsync();
  } catch (error) {
    process.exitCode = tell(error, interrupt.signal.aborted);
  }
}

/** Those that end with Ctrl-C see to it themselves. */
async function runProject(name: string, args: readonly string[]): Promise<void> {
  try {
    await PROJECT_COMMANDS[name]?.run(args);
  } catch (error) {
    process.exitCode = tell(error, false);
  }
}

/**
 * Ctrl-C ends what is under way; a second one ends the process at once. A reader that has seen enough (`| head`) is no
 * error.
 */
function endCleanly(interrupt: AbortController): void {
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
      interrupt.abort();
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
  }
}

/** Says why on stderr. @returns what to exit with */
function tell(error: unknown, interrupted: boolean): number {
  if (interrupted) return EXIT.interrupted;
  // Commander has said it already; help and the version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CliError)) throw error;
  const paint = paintFor(process.stderr);
  process.stderr.write(`${paint("red", "celeriac:")} ${error.message}\n`);
  for (const line of error.details) process.stderr.write(`  ${line}\n`);
  return error.exit;
}

await main();
