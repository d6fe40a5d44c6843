import { ServiceError } from "../json-service.ts";

/** Takes a body that is encoded as `aws-chunked`, gives what is in it. */
export interface ChunkDecoder {
  /** @throws ServiceError IncompleteBody or InvalidRequest for what is not so encoded */
  readonly push: (bytes: Buffer) => void;
  /**
   * Ends it.
   * @returns the trailing headers, by lower-case name
   * @throws ServiceError IncompleteBody where the last chunk is missing
   */
  readonly end: () => ReadonlyMap<string, string>;
}

/** A chunk's line is a size and a signature; trailers are checksums and a signature. Both are well below this. */
const MAX_LINE_BYTES = 1_024;
const LINE = /^([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?$/;
const NEWLINE = 0x0a;

/**
 * Decodes `STREAMING-...` payloads: chunks with their size in hexadecimal and, where they are signed, a signature, then
 * trailing headers. The signatures are read over: the request's own is what is known about its sender.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @param give gets the decoded bytes, as views on what was pushed
 */
export function createChunkDecoder(give: (bytes: Buffer) => void): ChunkDecoder {
  const trailers = new Map<string, string>();
  let state: "size" | "data" | "after" | "trailers" | "done" = "size";
  let line = "";
  let left = 0;

  const endLine = (): void => {
    const text = line.replace(/\r$/, "");
    line = "";
    if (state === "after") {
      if (text !== "") throw malformed();
      state = "size";
    } else if (state === "size") {
      const size = LINE.exec(text)?.[1];
      if (size === undefined) throw malformed();
      left = Number.parseInt(size, 16);
      state = left === 0 ? "trailers" : "data";
    } else if (text === "") {
      state = "done";
    } else {
      const colon = text.indexOf(":");
      if (colon <= 0) throw malformed();
      trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
    }
  };

  const push = (bytes: Buffer): void => {
    let at = 0;
    while (at < bytes.length) {
      if (state === "done") throw malformed();
      if (state === "data") {
        const taken = Math.min(left, bytes.length - at);
        give(bytes.subarray(at, at + taken));
        at += taken;
        left -= taken;
        if (left === 0) state = "after";
        continue;
      }
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline === -1 ? bytes.length : newline;
      if (line.length + end - at > MAX_LINE_BYTES) throw malformed();
      line += bytes.toString("latin1", at, end);
      at = end + 1;
      if (newline !== -1) endLine();
    }
  };

  const end = (): ReadonlyMap<string, string> => {
    // Some clients leave out the empty line behind the last chunk or trailer.
    if (state === "trailers" && line !== "") endLine();
    if (state !== "done" && state !== "trailers") {
      const message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
      throw new ServiceError("IncompleteBody", message);
    }
    return trailers;
  };

  return { push, end };
}

function malformed(): ServiceError {
  return new ServiceError("InvalidRequest", "The body is not encoded as its x-amz-content-sha256 says: aws-chunked.");
}
