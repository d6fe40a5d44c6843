import { createHmac } from "node:crypto";
import * as z from "zod";
import { parseJson } from "../values.ts";

/** An upload by an HTML form, as S3 takes it. */
export interface PostedForm {
  readonly bucket: string;
  /** The fields in front of the file. `key` has its `${filename}` filled in. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileBytes: number;
}

/** An error as S3 words it. */
export interface S3Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, string>>;
}

const PolicySchema = z.object({
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal("content-length-range"), z.number(), z.number()]),
      z.tuple([z.enum(["eq", "starts-with"]), z.string(), z.string()]),
      z.record(z.string(), z.string()),
    ]),
  ),
});

type Condition = z.infer<typeof PolicySchema>["conditions"][number];

/** Fields that no condition has to mention. */
const FREE_FIELDS = new Set(["policy", "x-amz-signature", "file", "bucket"]);

/**
 * Checks a form against the policy that was signed for it: signature, expiry, size, every condition, no field beyond them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 * @param secretOf the secret of an access key; undefined for a key of someone else's, whose signature is not checked
 * @returns what is wrong, or null
 */
export function checkPostPolicy(
  form: PostedForm,
  now: Date,
  secretOf: (accessKey: string) => string | undefined,
): S3Failure | null {
  const fields = new Map([...form.fields].map(([name, value]) => [name.toLowerCase(), value]));
  const encoded = fields.get("policy");
  if (encoded === undefined) return denied("Access Denied. The form has no policy.");
  if (!signatureHolds(fields, encoded, secretOf)) {
    const message = "The request signature we calculated does not match the signature you provided.";
    return { status: 403, code: "SignatureDoesNotMatch", message };
  }
  const policy = PolicySchema.safeParse(parseJson(Buffer.from(encoded, "base64").toString()));
  if (!policy.success) {
    return {
      status: 400,
      code: "InvalidPolicyDocument",
      message: "The content of the form does not meet the conditions specified in the policy document.",
    };
  }
  if (new Date(policy.data.expiration) <= now) return denied("Invalid according to Policy: Policy expired.");

  const mentioned = new Set(FREE_FIELDS);
  for (const condition of policy.data.conditions) {
    const failure = checkCondition(condition, fields, form, mentioned);
    if (failure) return failure;
  }
  const extra = [...fields.keys()].filter((name) => !mentioned.has(name) && !name.startsWith("x-ignore-"));
  return extra.length > 0 ? denied(`Invalid according to Policy: Extra input fields: ${extra.join(", ")}`) : null;
}

function checkCondition(
  condition: Condition,
  fields: ReadonlyMap<string, string>,
  form: PostedForm,
  mentioned: Set<string>,
): S3Failure | null {
  if (Array.isArray(condition) && condition[0] === "content-length-range") {
    return checkSize(form.fileBytes, condition[1], condition[2]);
  }
  const rules = Array.isArray(condition)
    ? [[condition[0], condition[1].replace(/^\$/, ""), condition[2]] as const]
    : Object.entries(condition).map(([name, value]) => ["eq", name, value] as const);
  for (const [kind, name, wanted] of rules) {
    const field = name.toLowerCase();
    mentioned.add(field);
    const got = field === "bucket" ? form.bucket : fields.get(field);
    const holds = kind === "eq" ? got === wanted : got?.startsWith(wanted);
    if (!holds) {
      return denied(
        `Invalid according to Policy: Policy Condition failed: ${JSON.stringify([kind, `$${name}`, wanted])}`,
      );
    }
  }
  return null;
}

function checkSize(bytes: number, min: number, max: number): S3Failure | null {
  if (bytes > max) {
    return {
      status: 400,
      code: "EntityTooLarge",
      message: "Your proposed upload exceeds the maximum allowed size",
      details: { ProposedSize: String(bytes), MaxSizeAllowed: String(max) },
    };
  }
  if (bytes >= min) return null;
  return {
    status: 400,
    code: "EntityTooSmall",
    message: "Your proposed upload is smaller than the minimum allowed size",
    details: { ProposedSize: String(bytes), MinSizeAllowed: String(min) },
  };
}

/** Signature version 4 over the policy as it was sent. */
function signatureHolds(
  fields: ReadonlyMap<string, string>,
  policy: string,
  secretOf: (accessKey: string) => string | undefined,
): boolean {
  const [accessKey = "", ...scope] = (fields.get("x-amz-credential") ?? "").split("/");
  const secret = secretOf(accessKey);
  if (secret === undefined) return true;
  const key = scope.reduce<Buffer>((signing, part) => hmac(signing, part), Buffer.from(`AWS4${secret}`));
  return hmac(key, policy).toString("hex") === fields.get("x-amz-signature");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function denied(message: string): S3Failure {
  return { status: 403, code: "AccessDenied", message };
}
