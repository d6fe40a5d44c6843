import { useEffect, useState } from "preact/hooks";

/** Says that a value which several parts of the page show has changed. */
export interface Signal {
  /** Draws again each part that uses it. */
  readonly notify: () => void;
  /** A hook: the part that calls it is drawn again at each change for as long as it is shown. */
  readonly use: () => void;
}

/** A signal that nobody uses yet. */
export function createSignal(): Signal {
  const listeners = new Set<() => void>();
  return {
    notify: () => {
      for (const listener of listeners) listener();
    },
    use: () => {
      const [, redraw] = useState({});
      useEffect(() => {
        const listener = (): void => redraw({});
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
        };
      }, []);
    },
  };
}
