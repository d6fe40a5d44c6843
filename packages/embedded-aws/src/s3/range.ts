import { ServiceError } from "../json-service.ts";

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The range that a `Range` header asks for; null for the whole, which is also what S3 gives for several ranges and for
 * what is none.
 * @throws ServiceError InvalidRange where no byte is in it
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return null;
  if (from !== "" && to !== "" && Number(from) > Number(to)) return null;
  const start = from === "" ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(Number(to) + 1, size);
  if (start < end) return { start, end };
  const details = { RangeRequested: header, ActualObjectSize: size };
  throw new ServiceError("InvalidRange", "The requested range is not satisfiable", 416, details);
}
