import type { FunctionConfig } from "./config.ts";

/** The invocations that an account runs at once, of all its functions. */
export interface Account {
  /** Takes a place for one invocation. @returns what gives it back, or null where it is throttled. */
  readonly enter: (config: FunctionConfig) => (() => void) | null;
}

/**
 * An account with `limit` concurrent executions; null where there is none. What functions reserve is theirs alone, and
 * the rest is for all others together (Lambda developer guide, "Configuring reserved concurrency").
 */
export function createAccount(
  limit: number | undefined,
  functions: () => readonly Pick<FunctionConfig, "name" | "reservedConcurrency">[],
): Account | null {
  if (limit === undefined) return null;
  const running = new Map<string, number>();
  const reserved = (): number => functions().reduce((sum, config) => sum + (config.reservedConcurrency ?? 0), 0);
  const runs = (name: string): number => running.get(name) ?? 0;
  const shared = (): number =>
    functions().reduce(
      (sum, { name, reservedConcurrency }) => sum + (reservedConcurrency === null ? runs(name) : 0),
      0,
    );

  const isFull = ({ name, reservedConcurrency }: FunctionConfig): boolean =>
    reservedConcurrency === null ? shared() >= limit - reserved() : runs(name) >= reservedConcurrency;

  return {
    enter: (config) => {
      if (isFull(config)) return null;
      const { name } = config;
      running.set(name, runs(name) + 1);
      let entered = true;
      return () => {
        if (!entered) return;
        entered = false;
        running.set(name, runs(name) - 1);
      };
    },
  };
}
