import type { Item } from "./values.ts";

interface Waiter {
  readonly attributes: readonly string[];
  readonly end: () => void;
}

/** Those who wait for an item of a table to have one of some attributes. */
export class ItemWaits {
  readonly #waiting = new Map<string, Set<Waiter>>();

  /** True where anybody waits. */
  get any(): boolean {
    return this.#waiting.size > 0;
  }

  /** Resolves when the item of this name has one of the attributes, or the milliseconds are over. */
  wait(name: string, attributes: readonly string[], milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiters);
    const end = (): void => {
      clearTimeout(timer);
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiting.delete(name);
      resolve();
    };
    const waiter = { attributes, end };
    const timer = setTimeout(end, milliseconds).unref();
    waiters.add(waiter);
    return promise;
  }

  /** The item of this name is now so. */
  tell(name: string, item: Item): void {
    for (const { attributes, end } of this.#waiting.get(name) ?? []) if (hasAny(item, attributes)) end();
  }
}

/** Whether an item has one of the attributes. */
export function hasAny(item: Item, attributes: readonly string[]): boolean {
  return attributes.some((attribute) => Object.hasOwn(item, attribute));
}
