import { ServiceError } from "../json-service.ts";

/** 404: there is no such bucket. */
export function noSuchBucket(bucket: string): ServiceError {
  return new ServiceError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: bucket });
}

/** 404: the bucket has no such object. */
export function noSuchKey(key: string): ServiceError {
  return new ServiceError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

/** 404: the multipart upload never was, or has been completed or aborted. */
export function noSuchUpload(id: string): ServiceError {
  const message =
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  return new ServiceError("NoSuchUpload", message, 404, { UploadId: id });
}

/** 403, with a reason. */
export function accessDenied(message: string): ServiceError {
  return new ServiceError("AccessDenied", message, 403);
}

/** 412: what a header makes a condition of is not so. */
export function preconditionFailed(condition: string): ServiceError {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new ServiceError("PreconditionFailed", message, 412, { Condition: condition });
}

/** 400: a parameter or header has a value that it cannot have. */
export function invalidArgument(name: string, value: string, message: string): ServiceError {
  return new ServiceError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
}

/** 400: the request makes no sense as a whole. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError("InvalidRequest", message);
}

/** 400: the XML of the body is none, or not the operation's. */
export function malformedXml(): ServiceError {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new ServiceError("MalformedXML", message);
}

/** 501: AWS has it, the local S3 does not; the message says what. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError("NotImplemented", `The local S3 does not serve ${what}.`, 501);
}

/** 400: more bytes than allowed. */
export function entityTooLarge(bytes: number, max: number): ServiceError {
  const details = { ProposedSize: bytes, MaxSizeAllowed: max };
  return new ServiceError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, details);
}

/** 400: fewer bytes than asked for. */
export function entityTooSmall(bytes: number, min: number, part?: number): ServiceError {
  const details = { ProposedSize: bytes, MinSizeAllowed: min, ...(part !== undefined && { PartNumber: part }) };
  const message = "Your proposed upload is smaller than the minimum allowed size";
  return new ServiceError("EntityTooSmall", message, 400, details);
}

/** 400: the bytes are not those that the client hashed. */
export function badDigest(what: string): ServiceError {
  return new ServiceError("BadDigest", `The ${what} you specified did not match the calculated checksum.`);
}
