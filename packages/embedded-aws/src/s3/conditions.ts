import { notImplemented, preconditionFailed } from "./errors.ts";
import type { StoredObject } from "./records.ts";
import type { S3Request } from "./request.ts";

/**
 * Whether an object that is read has to be sent: by `If-Match`, `If-Unmodified-Since`, `If-None-Match`,
 * `If-Modified-Since`, in the order of RFC 9110, 13.2.2.
 * @param prefix before the headers' names: `x-amz-copy-source-` where the object is a copy's source
 * @returns false where the client has it already
 * @throws ServiceError PreconditionFailed
 */
export function mustSend({ header }: S3Request, object: StoredObject, prefix = ""): boolean {
  const match = header(`${prefix}if-match`);
  const unmodified = secondsOf(header(`${prefix}if-unmodified-since`));
  const modified = Math.floor(object.modified / 1000);
  if (match !== undefined) {
    if (!matches(match, object.etag)) throw preconditionFailed("If-Match");
  } else if (unmodified !== null && modified > unmodified) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  const noneMatch = header(`${prefix}if-none-match`);
  if (noneMatch !== undefined) return !matches(noneMatch, object.etag);
  const since = secondsOf(header(`${prefix}if-modified-since`));
  return since === null || modified > since;
}

/**
 * Checks `If-None-Match: *` and `If-Match` of a write. To be asked before the body is read, and again when it takes
 * effect.
 * @param missing what is thrown where `If-Match` names an object that is not there
 * @throws ServiceError PreconditionFailed
 */
export function checkWrite({ header }: S3Request, current: StoredObject | undefined, missing: () => Error): void {
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined) {
    if (noneMatch !== "*") throw notImplemented("If-None-Match with anything but * on a write");
    if (current !== undefined) throw preconditionFailed("If-None-Match");
  }
  const match = header("if-match");
  if (match === undefined) return;
  if (current === undefined) throw missing();
  if (!matches(match, current.etag)) throw preconditionFailed("If-Match");
}

function matches(header: string, etag: string): boolean {
  return header.split(",").some((one) => {
    const text = one.trim().replace(/^W\//, "");
    return text === "*" || text.replace(/^"(.*)"$/, "$1") === etag;
  });
}

/** A date that is none counts as absent. */
function secondsOf(date: string | undefined): number | null {
  const millis = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(millis) ? null : Math.floor(millis / 1000);
}
