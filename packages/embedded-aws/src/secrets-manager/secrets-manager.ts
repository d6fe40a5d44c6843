import { readFileSync } from "node:fs";
import * as z from "zod";
import { type JsonService, ServiceError } from "../json-service.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import { messageOf, parseJson } from "../values.ts";

const GetSecretValueInput = z.object({ SecretId: z.string().min(1) });
const SecretsFile = z.record(z.string(), z.string());

/** An ARN ends with six characters of Secrets Manager's own; here always these. */
export const SECRET_SUFFIX = "-local0";
const ARN = new RegExp(`^arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:(.+?)(?:-[A-Za-z0-9]{6})?$`, "u");

/**
 * Secrets Manager's GetSecretValue, which is all that functions may do.
 * @param file a JSON object of names and values, read at each call; undefined: there are no secrets
 */
export function createSecretsManager(file: string | undefined): JsonService {
  return {
    version: "1.1",
    namespace: "",
    execute: (operation, input) => {
      if (operation !== "GetSecretValue") {
        const asked = operation === "" ? "this" : operation;
        throw new ServiceError("InvalidRequestException", `The local Secrets Manager does not serve ${asked}.`);
      }
      const request = GetSecretValueInput.safeParse(input);
      if (!request.success) throw new ServiceError("InvalidParameterException", "SecretId is missing.");
      const Name = ARN.exec(request.data.SecretId)?.[1] ?? request.data.SecretId;
      const SecretString = file === undefined ? undefined : readSecrets(file)[Name];
      if (SecretString === undefined) throw missing(Name, file);
      const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${Name}${SECRET_SUFFIX}`;
      return { ARN: arn, Name, SecretString, VersionStages: ["AWSCURRENT"] };
    },
  };
}

function readSecrets(file: string): z.output<typeof SecretsFile> {
  try {
    return SecretsFile.parse(parseJson(readFileSync(file, "utf8")));
  } catch (error) {
    throw new ServiceError("InternalServiceError", `${file} cannot be read as secrets: ${messageOf(error)}`);
  }
}

function missing(name: string, file: string | undefined): ServiceError {
  const where =
    file === undefined ? "start with --secrets FILE, a JSON object of names and values" : `add it to ${file}`;
  return new ServiceError("ResourceNotFoundException", `There is no secret "${name}": ${where}.`);
}
