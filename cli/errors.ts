/** How a command ends, for scripts. Ctrl-C is what shells say of it: 128 and the signal's number. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, unreachable: 4, interrupted: 130 } as const;

/** Why a command could not do what it was asked for. */
export class CliError extends Error {
  /** What the process exits with. */
  readonly exit: (typeof EXIT)[keyof typeof EXIT];
  /** Lines below the message: places of faults, what to do. */
  readonly details: readonly string[];

  constructor(exit: CliError["exit"], message: string, details: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exit = exit;
    this.details = details;
  }
}

/** The API answered, and not with what was asked for. */
export class Refusal extends CliError {
  readonly status: number;

  constructor(status: number, message: string, details: readonly string[]) {
    // What is too much at once, or AWS's own fault, may work a moment later.
    super(status === 429 || status >= 500 ? EXIT.unreachable : EXIT.refused, message, details);
    this.name = "Refusal";
    this.status = status;
  }
}
