import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from "./bucket-operations.ts";
import type { Operation } from "./context.ts";
import { copyObject } from "./copy.ts";
import { notImplemented } from "./errors.ts";
import { listObjects, listObjectsV2 } from "./listing.ts";
import { listMultipartUploads, listParts } from "./multipart-listing.ts";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from "./multipart.ts";
import { deleteObject, deleteObjects, getObject, putObject } from "./objects.ts";
import { postObject } from "./post-object.ts";
import { isHoisted } from "./request.ts";
import type { S3Request } from "./request.ts";
import { deleteTagging, getTagging, putTagging } from "./tagging.ts";

interface Route {
  readonly run: Operation;
  /** Query parameters without which it is another operation. */
  readonly needs: readonly string[];
  /** Query parameters that it knows besides. */
  readonly knows: ReadonlySet<string>;
}

function route(run: Operation, needs: readonly string[] = [], knows: readonly string[] = []): Route {
  return { run, needs, knows: new Set([...needs, ...knows]) };
}

const PAGE = ["prefix", "delimiter", "max-keys", "encoding-type"];
const OVERRIDES = ["type", "language", "encoding", "disposition"].map((name) => `response-content-${name}`);
const DOWNLOAD = [...OVERRIDES, "response-expires", "response-cache-control"];

/** By method and what the path names. Of several, the first whose parameters are all there. */
const ROUTES: Readonly<Record<string, readonly Route[]>> = {
  "GET service": [route(listBuckets)],
  "GET bucket": [
    route(getBucketLocation, ["location"]),
    route(
      listMultipartUploads,
      ["uploads"],
      ["prefix", "delimiter", "max-uploads", "key-marker", "upload-id-marker", "encoding-type"],
    ),
    route(listObjectsV2, ["list-type"], [...PAGE, "continuation-token", "start-after", "fetch-owner"]),
    route(listObjects, [], [...PAGE, "marker"]),
  ],
  "HEAD bucket": [route(headBucket)],
  "PUT bucket": [route(createBucket)],
  "DELETE bucket": [route(deleteBucket)],
  "POST bucket": [route(deleteObjects, ["delete"]), route(postObject)],
  "GET object": [
    route(listParts, ["uploadId"], ["max-parts", "part-number-marker", "encoding-type"]),
    route(getTagging, ["tagging"]),
    route(getObject, [], DOWNLOAD),
  ],
  "HEAD object": [route(getObject, [], DOWNLOAD)],
  "PUT object": [
    route(uploadPart, ["partNumber", "uploadId"]),
    route(putTagging, ["tagging"]),
    route((context, request) =>
      request.header("x-amz-copy-source") === undefined ? putObject(context, request) : copyObject(context, request),
    ),
  ],
  "POST object": [route(createMultipartUpload, ["uploads"]), route(completeMultipartUpload, ["uploadId"])],
  "DELETE object": [route(abortMultipartUpload, ["uploadId"]), route(deleteTagging, ["tagging"]), route(deleteObject)],
};

/**
 * The operation that a request asks for, by method, path and query alone: what a client says of the type of its bytes
 * decides nothing.
 * @throws ServiceError NotImplemented, naming the query parameter or the method that is not served
 */
export function operationOf({ method, bucket, key, query }: S3Request): Operation {
  const named = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const routes = ROUTES[`${method} ${named}`];
  if (routes === undefined) throw notImplemented(`${method} on the ${named}`);
  const found = routes.find(({ needs }) => needs.every((name) => query.has(name)));
  for (const [name, value] of query) {
    // What the SDK says of the operation, a presigned URL's parameters, and the one version that there is.
    if (name === "x-id" || isHoisted(name) || (name === "versionId" && value === "null")) continue;
    if (!found?.knows.has(name)) throw notImplemented(`the query parameter ${name} of ${method} on the ${named}`);
  }
  if (found === undefined) throw notImplemented(`${method} on the ${named} without a query parameter that says what`);
  if (query.has("list-type") && query.get("list-type") !== "2") throw notImplemented("list-type other than 2");
  return found.run;
}
