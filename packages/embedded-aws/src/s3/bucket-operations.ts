import { REGION } from "../resource.ts";
import { ServiceError } from "../json-service.ts";
import type { Operation } from "./context.ts";
import { readSmallBody } from "./drain.ts";
import { xmlDocument } from "./xml.ts";

const OWNER = { ID: "0".repeat(64) };
/** 3 to 63 lower-case letters, digits, hyphens and dots (S3 User Guide, "Bucket naming rules"). */
const NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const MAX_CONFIGURATION_BYTES = 64 * 1024;

/** ListBuckets, in one page. */
export const listBuckets: Operation = (context) => {
  const buckets = context.buckets.list().map(({ name, created }) => ({
    Name: name,
    CreationDate: new Date(created).toISOString(),
  }));
  return { status: 200, xml: xmlDocument("ListAllMyBucketsResult", { Owner: OWNER, Buckets: { Bucket: buckets } }) };
};

/** CreateBucket. One's own that is there already is a success, as it is in us-east-1. */
export const createBucket: Operation = async (context, { req, bucket }) => {
  // The configuration names a region, of which there is one.
  await readSmallBody(req, MAX_CONFIGURATION_BYTES);
  if (!NAME.test(bucket)) {
    const details = { BucketName: bucket };
    throw new ServiceError("InvalidBucketName", "The specified bucket is not valid.", 400, details);
  }
  if (context.buckets.find(bucket) === undefined) context.buckets.create(bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
};

/** HeadBucket. */
export const headBucket: Operation = (context, { bucket }) => {
  context.buckets.get(bucket);
  return { status: 200, headers: { "x-amz-bucket-region": REGION, "content-type": "application/xml" } };
};

/** DeleteBucket, of an empty one. */
export const deleteBucket: Operation = (context, { bucket: name }) => {
  const bucket = context.buckets.get(name);
  for (const { key } of bucket.objects.values()) {
    if (context.buckets.object(bucket, key) === undefined) continue;
    const details = { BucketName: name };
    throw new ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, details);
  }
  context.buckets.remove(bucket);
  return { status: 204 };
};

/** GetBucketLocation: us-east-1 has an empty constraint. */
export const getBucketLocation: Operation = (context, { bucket }) => {
  context.buckets.get(bucket);
  return { status: 200, xml: xmlDocument("LocationConstraint", {}) };
};
