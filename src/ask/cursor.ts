import * as z from "zod";
import { invalidInput } from "../core/http/problem.ts";

const Place = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z[#~][0-9a-f-]{0,36}$/);

/** The place after everything of that millisecond: "~" sorts after every id. */
export function lastPlace(time: number): string {
  return `${new Date(time).toISOString()}~`;
}

/** A place in an index as a client is given it. */
export function writeCursor(place: string): string {
  return Buffer.from(place).toString("base64url");
}

/** The place that a client gives back. @throws Problem 400 where no page gave it. */
export function readCursor(text: string): string {
  const place = Place.safeParse(Buffer.from(text, "base64url").toString("utf8"));
  if (!place.success) throw invalidInput([{ path: "/cursor", message: "is not a cursor that an earlier page gave" }]);
  return place.data;
}
