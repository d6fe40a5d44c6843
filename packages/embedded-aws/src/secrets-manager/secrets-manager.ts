import { readFileSync } from "node:fs";
import * as z from "zod";
import { ACCOUNT, REGION } from "../types.ts";
import type { AwsResponse, AwsService } from "../types.ts";
import { messageOf, parseJson } from "../values.ts";

const RequestSchema = z.object({ SecretId: z.string().min(1) });
const FileSchema = z.record(z.string(), z.string());

/** An ARN ends with six characters of Secrets Manager's own; here always these. */
export const SECRET_SUFFIX = "-local0";
const ARN = new RegExp(`^arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:(.+?)(?:-[A-Za-z0-9]{6})?$`, "u");

/**
 * Secrets Manager's GetSecretValue, which is all that functions may do.
 * @param file a JSON object of names and values, read at each call; undefined: there are no secrets
 */
export function createSecretsManager(file: string | undefined): AwsService {
  return async ({ operation, body }) => {
    if (operation !== "GetSecretValue")
      return refuse("InvalidRequestException", `The local Secrets Manager does not serve ${operation ?? "this"}.`);
    const request = RequestSchema.safeParse(parseJson(body.toString()));
    if (!request.success) return refuse("InvalidParameterException", "SecretId is missing.");
    const name = ARN.exec(request.data.SecretId)?.[1] ?? request.data.SecretId;
    try {
      const value = file === undefined ? undefined : FileSchema.parse(parseJson(readFileSync(file, "utf8")))[name];
      if (value !== undefined) return answer(name, value);
      const where =
        file === undefined ? "start with --secrets FILE, a JSON object of names and values" : `add it to ${file}`;
      return refuse("ResourceNotFoundException", `There is no secret "${name}": ${where}.`);
    } catch (error) {
      return refuse("InternalServiceError", `${file} cannot be read as secrets: ${messageOf(error)}`);
    }
  };
}

const HEADERS = { "content-type": "application/x-amz-json-1.1" };

function answer(name: string, value: string): AwsResponse {
  const ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}${SECRET_SUFFIX}`;
  const body = JSON.stringify({ ARN, Name: name, SecretString: value, VersionStages: ["AWSCURRENT"] });
  return { status: 200, headers: HEADERS, body };
}

function refuse(type: string, message: string): AwsResponse {
  return {
    status: 400,
    headers: { ...HEADERS, "x-amzn-errortype": type },
    body: JSON.stringify({ __type: type, Message: message }),
  };
}
