import type { IncomingMessage } from "node:http";
import { ServiceError } from "../json-service.ts";

/**
 * Gives a request's body to `take`, piece by piece, no further while what it returns is pending.
 * Events rather than async iteration, which would cost a small body more than all else that is done with it.
 * @throws what `take` throws, or ServiceError IncompleteBody where the client went away
 */
export function drain(req: IncomingMessage, take: (bytes: Buffer) => Promise<void> | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Promise<void> | null = null;
    const settle = (end: () => void): void => {
      req.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      // What was being written must be over before a caller cleans it up.
      if (pending === null) end();
      else pending.then(end, end);
    };
    const onData = (bytes: Buffer): void => {
      try {
        pending = take(bytes);
      } catch (error) {
        return settle(() => reject(error));
      }
      if (pending === null) return;
      req.pause();
      void goOn(pending);
    };
    const goOn = async (waited: Promise<void>): Promise<void> => {
      try {
        await waited;
        pending = null;
        req.resume();
      } catch (error) {
        pending = null;
        settle(() => reject(error));
      }
    };
    const onEnd = (): void => settle(resolve);
    const onGone = (): void => {
      const message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
      settle(() => reject(new ServiceError("IncompleteBody", message)));
    };
    if (req.destroyed) return onGone();
    req.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  });
}

/** A whole body that is small by its nature, such as a list of keys. @throws ServiceError MaxMessageLengthExceeded */
export async function readSmallBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  await drain(req, (bytes) => {
    size += bytes.length;
    if (size > maxBytes) throw new ServiceError("MaxMessageLengthExceeded", "Your request was too big.");
    pieces.push(bytes);
    return null;
  });
  return Buffer.concat(pieces);
}
