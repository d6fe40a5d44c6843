import { once } from "node:events";
import type { Server } from "node:http";

/**
 * Listens on the loopback interface of IPv4, which `localhost` reaches everywhere.
 * @param port 0 for a free one
 * @returns the port
 * @throws Error in one line, saying what to do, for a port that is taken or not allowed
 */
export async function listen(server: Server, port: number, flag?: string): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const remedy = flag === undefined ? "" : ` or give another one with --${flag}`;
    if (code === "EADDRINUSE") {
      throw new Error(`Port ${port} is in use. Stop what listens there${remedy}.`, { cause: error });
    }
    if (code === "EACCES")
      throw new Error(`Port ${port} is not yours to open: give another one with --${flag}.`, { cause: error });
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return address.port;
}
