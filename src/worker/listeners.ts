/** What listens, by its event. */
const kept: (readonly [event: string, listener: (...values: unknown[]) => void])[] = [];

/**
 * Listens to an event of this process for as long as it lives: a task that calls `process.removeAllListeners()` would
 * leave the next one with a process that hears nothing.
 */
export function listenAlways(event: string, listener: (...values: unknown[]) => void): void {
  if (kept.length === 0) listenAfterRemovals();
  kept.push([event, listener]);
  listenAgain();
}

/** Adds what was taken away. */
export function listenAgain(): void {
  const emitter: NodeJS.EventEmitter = process;
  const lost = kept.filter(([event, listener]) => !emitter.listeners(event).includes(listener));
  for (const [event, listener] of lost) emitter.on(event, listener);
  // Node keeps the process alive for who listens to messages, but counts them by listeners that may be gone as well.
  if (lost.length > 0) process.channel?.ref();
}

function listenAfterRemovals(): void {
  const removeAll = process.removeAllListeners.bind(process);
  process.removeAllListeners = (...events: Parameters<typeof removeAll>) => {
    removeAll(...events);
    listenAgain();
    return process;
  };
}
