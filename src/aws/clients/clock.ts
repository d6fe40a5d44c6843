/**
 * Milliseconds by which a clock may be wrong before it is taken for the cause of a refusal; AWS takes five minutes, the
 * SDK says four.
 */
const TOLERANCE = 240_000;

/** A clock that is set by what AWS says. */
export interface Clock {
  /** The time by AWS's clock, as far as known. */
  readonly now: () => Date;
  /**
   * Learns from the `date` of an answer that refused a request, and marks the error where the request was signed by a
   * clock that was wrong: the retry strategy then takes it for one that passes.
   */
  readonly learn: (error: Error, date: string | undefined, signed: Date) => void;
}

/**
 * A clock that goes by this machine's until AWS says otherwise. Only refusals are looked at: what was accepted had the
 * time right.
 */
export function createClock(now: () => number = Date.now): Clock {
  let offset = 0;
  return {
    now: () => new Date(now() + offset),
    learn: (error, date, signed) => {
      const told = Date.parse(date ?? "");
      if (Number.isNaN(told) || Math.abs(told - signed.getTime()) < TOLERANCE) return;
      offset = told - now();
      Object.assign(error, {
        $metadata: { ...("$metadata" in error && Object(error.$metadata)), clockSkewCorrected: true },
      });
    },
  };
}
