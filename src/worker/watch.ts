/** Seconds until the first look: most tasks have ended by then, and pay nothing. */
const FIRST = 2;
/**
 * Each pause is this many times the one before, up to the longest: a task that is to be stopped is stopped within 15 s
 * (HTTP contract).
 */
const GROWTH = 1.5;
const LONGEST = 10;

/** Looks every now and then whether a running attempt is to be stopped. */
export interface Watch {
  /** Aborts when it is. */
  readonly signal: AbortSignal;
  /** Looks no more. */
  readonly close: () => void;
}

/**
 * A watch over one attempt. A look that fails is left out: the next makes up for it.
 * @param isToStop looks; it costs half a read unit.
 */
export function watchForStop(isToStop: () => Promise<boolean>): Watch {
  const controller = new AbortController();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (pause: number): Promise<void> => {
    const stops = await isToStop().catch(() => false);
    if (closed) return;
    if (stops) controller.abort();
    else lookAfter(Math.min(LONGEST, pause * GROWTH));
  };
  const lookAfter = (pause: number): void => {
    timer = setTimeout(() => void look(pause), pause * 1000);
  };

  lookAfter(FIRST);
  return {
    signal: controller.signal,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
