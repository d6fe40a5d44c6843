import * as z from "zod";
import { ServiceError } from "../json-service.ts";
import { accessDenied } from "./errors.ts";
import { isSignature, signatureMismatch, signatureOf } from "./presigned.ts";

/** The fields in front of a form's file. */
export interface PostedFields {
  readonly bucket: string;
  /** By lower-case name. `key` has its `${filename}` filled in. */
  readonly fields: ReadonlyMap<string, string>;
}

/** How many bytes the file may have. */
export interface SizeLimits {
  readonly min: number;
  readonly max: number;
}

const Policy = z.object({
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal("content-length-range"), z.number(), z.number()]),
      z.tuple([z.enum(["eq", "starts-with"]), z.string(), z.string()]),
      z.record(z.string(), z.string()),
    ]),
  ),
});

type Condition = z.infer<typeof Policy>["conditions"][number];

/** Fields that no condition has to mention. */
const FREE_FIELDS = new Set(["policy", "x-amz-signature", "file", "bucket"]);

/**
 * Checks a form against the policy that was signed for it: access key, signature, expiry, every condition, no field
 * beyond them. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 * @param secretOf the secret of an access key; null for one that the run did not give out, which is refused
 * @returns what the policy says of the file's size, which is not yet known
 * @throws ServiceError
 */
export function checkPostPolicy(
  form: PostedFields,
  now: number,
  secretOf: (accessKey: string) => string | null,
): SizeLimits {
  const encoded = form.fields.get("policy");
  if (encoded === undefined) throw accessDenied("Access Denied. The form has no policy.");
  checkSignature(form.fields, encoded, secretOf);
  const policy = Policy.safeParse(parseJson(Buffer.from(encoded, "base64").toString()));
  if (!policy.success) {
    const message = "The content of the form does not meet the conditions specified in the policy document.";
    throw new ServiceError("InvalidPolicyDocument", message);
  }
  const { expiration, conditions } = policy.data;
  if (Date.parse(expiration) <= now) throw accessDenied("Invalid according to Policy: Policy expired.");

  const mentioned = new Set(FREE_FIELDS);
  let limits: SizeLimits = { min: 0, max: Number.POSITIVE_INFINITY };
  for (const condition of conditions) {
    if (Array.isArray(condition) && condition[0] === "content-length-range") {
      limits = { min: Math.max(limits.min, condition[1]), max: Math.min(limits.max, condition[2]) };
    } else {
      checkCondition(condition, form, mentioned);
    }
  }
  const extra = [...form.fields.keys()].filter((name) => !mentioned.has(name) && !name.startsWith("x-ignore-"));
  if (extra.length > 0) throw accessDenied(`Invalid according to Policy: Extra input fields: ${extra.join(", ")}`);
  return limits;
}

function checkCondition(condition: Condition, { bucket, fields }: PostedFields, mentioned: Set<string>): void {
  const rules = Array.isArray(condition)
    ? [[condition[0], String(condition[1]).replace(/^\$/, ""), String(condition[2])] as const]
    : Object.entries(condition).map(([name, value]) => ["eq", name, value] as const);
  for (const [kind, name, wanted] of rules) {
    const field = name.toLowerCase();
    mentioned.add(field);
    const got = field === "bucket" ? bucket : fields.get(field);
    if (kind === "eq" ? got === wanted : got?.startsWith(wanted)) continue;
    const shown = JSON.stringify([kind, `$${name}`, wanted]);
    throw accessDenied(`Invalid according to Policy: Policy Condition failed: ${shown}`);
  }
}

/** Signature version 4 over the policy as it was sent. */
function checkSignature(
  fields: ReadonlyMap<string, string>,
  policy: string,
  secretOf: (accessKey: string) => string | null,
): void {
  const [accessKey = "", ...scope] = (fields.get("x-amz-credential") ?? "").split("/");
  const secret = secretOf(accessKey);
  if (secret === null) {
    const message = "The AWS Access Key Id you provided does not exist in our records.";
    throw new ServiceError("InvalidAccessKeyId", message, 403, { AWSAccessKeyId: accessKey });
  }
  if (!isSignature(fields.get("x-amz-signature") ?? "", signatureOf(secret, scope, policy))) throw signatureMismatch();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
