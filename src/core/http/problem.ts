import type { Fault } from "../faults.ts";
import { CeleriacError } from "../errors.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** An answer that says why a request was refused, by RFC 9457. */
export class Problem extends CeleriacError {
  readonly status: number;
  /** Every fault of the input, where input is at fault. */
  readonly errors: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    extra: { errors?: readonly Fault[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, detail);
    this.status = status;
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }

  /** The body of the answer. */
  toJSON(): Record<string, unknown> {
    return {
      type: `urn:celeriac:problem:${this.code}`,
      title: TITLES[this.status] ?? "Error",
      status: this.status,
      detail: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}

/** Faults that an answer lists; a hostile body could have millions. */
const MAX_FAULTS = 100;

/** A 400 that names every fault. */
export function invalidInput(faults: readonly Fault[]): Problem {
  const more = faults.length > MAX_FAULTS ? ` The first ${MAX_FAULTS} are listed.` : "";
  const detail = `The request has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}.${more}`;
  return new Problem(400, "invalid_input", detail, { errors: faults.slice(0, MAX_FAULTS) });
}
