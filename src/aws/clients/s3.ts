import { S3Client } from "@aws-sdk/client-s3";
import { emulatorEndpoint } from "./endpoint.ts";

let client: S3Client | undefined;

/** The S3 client of this process; an emulator has no bucket in its host name. */
export function s3Client(): S3Client {
  return (client ??= new S3Client({ forcePathStyle: emulatorEndpoint("S3") !== undefined }));
}
