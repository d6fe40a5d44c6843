/** An error as the States Language knows it: what Retry and Catch match, and what an execution fails with. */
export interface Failure {
  /** `States.Timeout`, or a name of the worker's own; at most 256 characters. */
  readonly error: string | null;
  /** For people; at most 32,768 characters. */
  readonly cause: string | null;
  /** A missed heartbeat reports States.Timeout, but States.HeartbeatTimeout in Retry and Catch matches it as well. */
  readonly heartbeat?: true;
}

const MAX_ERROR = 256;
const MAX_CAUSE = 32_768;

/** Makes a failure, its texts cut to what Step Functions keeps. */
export function failure(error: string | null, cause: string | null): Failure {
  return { error: error?.slice(0, MAX_ERROR) ?? null, cause: cause?.slice(0, MAX_CAUSE) ?? null };
}

/** Thrown where evaluating a state's data fails; carries the failure that the state has then. */
export class StatesError extends Error {
  readonly failure: Failure;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = "StatesError";
    this.failure = failure(error, cause);
  }
}

/** A failure as events and answers carry it: what it lacks is left out. */
export function errorDetails({ error, cause }: Failure): { readonly error?: string; readonly cause?: string } {
  return { ...(error === null ? {} : { error }), ...(cause === null ? {} : { cause }) };
}
