import { ServiceError } from "../json-service.ts";

/** What is told of a `multipart/form-data` body as it comes. */
export interface FormEvents {
  /** A field in front of the file. */
  readonly field: (name: string, value: string) => void;
  /** The file begins: the field `file`, whatever it was sent as. What is thrown here or in `data` ends the reading. */
  readonly file: (filename: string) => void;
  /** The file's bytes, as views on what was pushed. */
  readonly data: (bytes: Buffer) => void;
}

/** Reads a `multipart/form-data` body piece by piece. */
export interface FormReader {
  /** @throws ServiceError MalformedPOSTRequest, MaxPostPreDataLengthExceeded */
  readonly push: (bytes: Buffer) => void;
  /** @returns whether there was a file @throws ServiceError MalformedPOSTRequest for a body that is cut off */
  readonly end: () => boolean;
}

/** All that stands before the file (S3's error MaxPostPreDataLengthExceededError). */
const MAX_FIELDS_BYTES = 20_480;
const CRLF = Buffer.from("\r\n");
const BLANK_LINE = Buffer.from("\r\n\r\n");
const DASHES = "--";

/**
 * The boundary of a `multipart/form-data` content type; null for any other. At most 70 characters (RFC 2046, 5.1.1).
 */
export function boundaryOf(contentType: string | undefined): string | null {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? "") ?? [];
  return quoted ?? plain ?? null;
}

/**
 * Reads a form, in memory no more of it than its fields and one piece of its file. Fields behind the file count for
 * nothing.
 */
export function createFormReader(boundary: string, events: FormEvents): FormReader {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter has no line before it.
  let rest: Buffer = CRLF;
  let state: "skip" | "delimiter" | "headers" | "field" | "file" | "end" = "skip";
  let name = "";
  let fieldBytes = 0;
  let hadFile = false;

  const count = (bytes: number): void => {
    fieldBytes += bytes;
    if (!hadFile && fieldBytes > MAX_FIELDS_BYTES) {
      const message = "Your POST request fields preceding the upload file were too large.";
      throw new ServiceError("MaxPostPreDataLengthExceeded", message);
    }
  };

  /** Goes one step; false where more bytes are needed. */
  const step = (): boolean => {
    if (state === "delimiter") return afterDelimiter();
    if (state === "headers") return headers();
    const at = rest.indexOf(delimiter);
    if (state === "field") {
      // A field is given as a whole.
      if (at === -1) {
        if (fieldBytes + rest.length > MAX_FIELDS_BYTES + delimiter.length) count(rest.length);
        return false;
      }
      count(at);
      events.field(name, rest.toString("utf8", 0, at));
    } else {
      const end = at === -1 ? Math.max(rest.length - delimiter.length + 1, 0) : at;
      if (state === "file" && end > 0) events.data(rest.subarray(0, end));
      if (at === -1) {
        rest = rest.subarray(end);
        return false;
      }
    }
    rest = rest.subarray(at + delimiter.length);
    state = "delimiter";
    return true;
  };

  const afterDelimiter = (): boolean => {
    if (rest.length < 2) return false;
    if (rest.toString("latin1", 0, 2) === DASHES) {
      state = "end";
      return false;
    }
    const end = rest.indexOf(CRLF);
    if (end === -1 && rest.length < 256) return false;
    if (end === -1 || rest.toString("latin1", 0, end).trim() !== "") throw malformedForm();
    // The line's end stays: headers that are none end with it and the blank line's.
    rest = rest.subarray(end);
    state = "headers";
    return true;
  };

  const headers = (): boolean => {
    const end = rest.indexOf(BLANK_LINE);
    if (end === -1) {
      if (rest.length > MAX_FIELDS_BYTES) count(rest.length);
      return false;
    }
    const text = rest.toString("utf8", 0, end);
    count(end);
    rest = rest.subarray(end + BLANK_LINE.length);
    name = parameterOf(text, "name") ?? "";
    if (hadFile) state = "skip";
    else if (name.toLowerCase() === "file") {
      state = "file";
      hadFile = true;
      events.file(parameterOf(text, "filename") ?? "");
    } else state = "field";
    return true;
  };

  return {
    push: (bytes) => {
      if (state === "end") return;
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      while (step());
    },
    end: () => {
      if (state !== "end") throw malformedForm();
      return hadFile;
    },
  };
}

/** 400: not a form, or one that is cut off. */
export function malformedForm(): ServiceError {
  return new ServiceError(
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
  );
}

/**
 * A parameter of `Content-Disposition`. Browsers escape quotes and line ends, nothing else (HTML, "Multipart form
 * data").
 */
function parameterOf(headers: string, name: string): string | null {
  const line = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  const [, quoted, plain] = new RegExp(`[;\\s]${name}=(?:"([^"]*)"|([^\\s;"]+))`, "i").exec(line) ?? [];
  const value = quoted ?? plain;
  if (value === undefined) return null;
  return value.replace(/%22|%0D|%0A/gi, (escaped) => decodeURIComponent(escaped));
}
