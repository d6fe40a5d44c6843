import * as z from "zod";

const Texts = z.array(z.string());
// CloudFormation takes numbers as texts too.
const Count = z.coerce.number().int().nonnegative();

const CorsRule = z.object({
  AllowedOrigins: Texts,
  AllowedMethods: Texts,
  AllowedHeaders: Texts.default([]),
  ExposedHeaders: Texts.default([]),
  MaxAge: Count.optional(),
});

const LifecycleRule = z.object({
  Id: z.string().optional(),
  Status: z.enum(["Enabled", "Disabled"]),
  Prefix: z.string().default(""),
  ExpirationInDays: Count.optional(),
  ExpirationDate: z.string().optional(),
  ObjectSizeGreaterThan: Count.optional(),
  ObjectSizeLessThan: Count.optional(),
  TagFilters: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
  AbortIncompleteMultipartUpload: z.object({ DaysAfterInitiation: Count }).optional(),
});

/**
 * The properties of an `AWS::S3::Bucket` that have an effect here. Encryption, logging, ownership and public access
 * have none.
 */
export const BucketProps = z.object({
  CorsConfiguration: z.object({ CorsRules: z.array(CorsRule) }).optional(),
  LifecycleConfiguration: z.object({ Rules: z.array(LifecycleRule) }).optional(),
  VersioningConfiguration: z.object({ Status: z.string() }).optional(),
  ObjectLockEnabled: z.boolean().optional(),
  NotificationConfiguration: z.unknown().optional(),
  ReplicationConfiguration: z.unknown().optional(),
  WebsiteConfiguration: z.unknown().optional(),
});

/** The properties of an `AWS::S3::Bucket` that have an effect here. */
export type BucketProps = z.infer<typeof BucketProps>;
/** A rule of a template's `CorsConfiguration`. */
export type CorsRule = z.infer<typeof CorsRule>;
/** A rule of a template's `LifecycleConfiguration`. */
export type LifecycleRule = z.infer<typeof LifecycleRule>;

const UNSERVED = [
  "ObjectLockEnabled",
  "NotificationConfiguration",
  "ReplicationConfiguration",
  "WebsiteConfiguration",
] as const;

/** @throws Error in one line, naming the bucket and the property that is not served */
export function readBucketProps(name: string, properties: Readonly<Record<string, unknown>>): BucketProps {
  const parsed = BucketProps.safeParse(properties);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`The bucket ${name} can't be read: ${issues.join("; ")}`);
  }
  const props = parsed.data;
  const unserved = UNSERVED.find((property) => props[property] !== undefined && props[property] !== false);
  if (unserved !== undefined) throw new Error(`The local S3 does not serve ${unserved} of the bucket ${name}.`);
  if (props.VersioningConfiguration?.Status === "Enabled") {
    throw new Error(`The local S3 does not serve VersioningConfiguration of the bucket ${name}.`);
  }
  return props;
}
