import { S3Client } from "@aws-sdk/client-s3";
import { ENV } from "../env.ts";
import { emulatorEndpoint } from "./endpoint.ts";

let client: S3Client | undefined;

/** The S3 client of this process; an emulator has no bucket in its host name. */
export function s3Client(): S3Client {
  return (client ??= new S3Client({ forcePathStyle: emulatorEndpoint("S3") !== undefined }));
}

let signer: S3Client | undefined;

/** What presigned URLs are made by: for others, who may not reach an emulator in a container where functions do. */
export function presignClient(): S3Client {
  const endpoint = process.env[ENV.emulatorUrl];
  if (endpoint === undefined) return s3Client();
  return (signer ??= new S3Client({ endpoint, forcePathStyle: true }));
}
