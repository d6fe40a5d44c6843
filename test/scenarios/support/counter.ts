import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import * as z from "zod";

const Effect = z.object({ task: z.string(), key: z.string() });

/**
 * A service outside of everything, on which tasks have effects. Like most that take idempotency keys, it has one effect
 * for each.
 */
export interface Counter {
  readonly port: number;
  /** The keys of the effects that each task has had. */
  readonly effects: ReadonlyMap<string, ReadonlySet<string>>;
  /** How often it was asked for one. */
  readonly asked: () => number;
  readonly stop: () => void;
}

/** Starts a counter on this machine. */
export async function startCounter(): Promise<Counter> {
  const effects = new Map<string, Set<string>>();
  let asked = 0;
  const count = async (request: IncomingMessage): Promise<void> => {
    const { task, key } = Effect.parse(JSON.parse(await text(request)));
    asked += 1;
    effects.set(task, (effects.get(task) ?? new Set()).add(key));
  };
  const server = createServer((request, response) => {
    void count(request).finally(() => response.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address() satisfies AddressInfo | string | null);
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port, effects, asked: () => asked, stop };
}
