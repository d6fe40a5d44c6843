import type { Operation, Outcome } from "./s3-operations.ts";

interface Known {
  readonly reason: string;
  readonly holds: (operation: Operation, ours: Outcome, theirs: Outcome) => boolean;
}

const KNOWN: readonly Known[] = [
  {
    reason: "moto has no NoSuchUpload for parts of an upload that is over, but a 404 without a code, or a 500",
    holds: ({ name }, ours) => name.startsWith("UploadPart") && ours["error"] === "NoSuchUpload",
  },
  {
    reason: "moto answers a copy from a missing object with another code",
    holds: ({ name }, ours, theirs) =>
      (name === "UploadPartCopy" || name === "CopyObject") && ours["error"] === "NoSuchKey" && theirs["status"] === 404,
  },
  {
    reason: "moto lists what was deleted although it was asked to be quiet",
    holds: ({ name }, ours) => name === "DeleteObjects" && ours["deleted"] === 0,
  },
  {
    reason: "moto gives the whole object's checksum with a range",
    holds: ({ name }, ours, theirs) =>
      name === "GetObject" && ours["ContentRange"] !== undefined && ours["body"] === theirs["body"],
  },
  {
    reason: "moto copies what there is of a part's range that goes beyond its source",
    holds: ({ name }, ours) => name === "UploadPartCopy" && ours["error"] === "InvalidArgument",
  },
  {
    reason: "moto combines conditions of a read otherwise than GetObject's reference has them",
    holds: ({ name, input }) => (name === "GetObject" || name === "HeadObject") && conditionsOf(input) > 1,
  },
  {
    reason: "moto gives all common prefixes on each page of the first version's listing",
    holds: ({ name, input }) => name === "ListObjects" && "Delimiter" in input && input.Delimiter !== undefined,
  },
  {
    reason:
      "moto leaves out the common prefix in which StartAfter lies, although keys behind it are in it; AWS was not asked",
    holds: ({ name, input }) =>
      name === "ListObjectsV2" && "StartAfter" in input && input.StartAfter !== undefined && hasDelimiter(input),
  },
  {
    reason: "moto's HeadObject compares no ETag without quotes, which GetObject does",
    holds: ({ name, input }) => name === "HeadObject" && conditionsOf(input) === 1,
  },
  {
    reason: "moto adds the source's tags of a copy to those of the object in its place",
    holds: ({ name }, ours, theirs) =>
      name === "GetObjectTagging" && listOf(ours["tags"]).every((tag) => listOf(theirs["tags"]).includes(tag)),
  },
  {
    reason: "moto says of a page of parts that it is the last one, although there are more",
    holds: ({ name }, ours, theirs) =>
      name === "ListParts" &&
      JSON.stringify(ours["found"]) === JSON.stringify(theirs["found"]) &&
      ours["truncated"] === true,
  },
  {
    reason: "moto takes parts in another order where they are large enough",
    holds: ({ name }, ours) => name === "CompleteMultipartUpload" && ours["error"] === "InvalidPartOrder",
  },
  {
    reason: "moto fails for an empty set of tags",
    holds: ({ name }, ours, theirs) =>
      name === "PutObjectTagging" && ours["error"] === undefined && theirs["error"] !== undefined,
  },
  {
    reason: "of two faults of a completion each names another first",
    holds: ({ name }, ours, theirs) =>
      name === "CompleteMultipartUpload" && ours["status"] === 400 && theirs["status"] === 400,
  },
];

function hasDelimiter(input: object): boolean {
  if (!("listing" in input) || typeof input.listing !== "object" || input.listing === null) return false;
  return "Delimiter" in input.listing && input.listing.Delimiter !== undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function conditionsOf(input: object): number {
  if (!("conditions" in input) || typeof input.conditions !== "object" || input.conditions === null) return 0;
  return Object.values(input.conditions).filter((one) => one !== undefined).length;
}

/**
 * Why two implementations may differ there, where it is known that ours does as AWS says; null where it is not known.
 * @param ours of the embedded S3
 * @param theirs of moto
 */
export function reasonOf(operation: Operation, ours: Outcome, theirs: Outcome): string | null {
  return KNOWN.find(({ holds }) => holds(operation, ours, theirs))?.reason ?? null;
}
