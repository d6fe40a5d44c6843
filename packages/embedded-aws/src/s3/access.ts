/** What a caller wants to do, in the terms of policies. */
export interface Call {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
}

/** What it takes to be told that an object is missing. */
export function listing(bucket: string): Call {
  return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` };
}

/** The ARN of an object. */
export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}
