import * as z from "zod";
import { systemClock } from "../../src/clock.ts";
import { ServiceError } from "../../src/json-service.ts";
import { queryCodeOf } from "../../src/sqs/errors.ts";
import { createSqs } from "../../src/sqs/sqs.ts";
import { createVolatileStorage } from "../../src/storage/storage.ts";

/** What a call came to: the code that it was refused with, or the answer. */
export interface Outcome {
  readonly code: string | null;
  readonly message: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** Calls an operation of SQS. */
export type Call = (operation: string, input: object) => Promise<Outcome>;

const Answer = z.record(z.string(), z.unknown());

/** The embedded SQS. Without time that passes, for one that is asked for. */
export function embedded(baseUrl: string): { readonly call: Call; readonly stop: () => void } {
  const { service, stop } = createSqs({ storage: createVolatileStorage(), clock: systemClock, baseUrl });
  const call: Call = async (operation, input) => {
    try {
      const answer: unknown = JSON.parse(JSON.stringify(await service.execute(operation, Answer.parse(input))));
      return { code: null, message: "", answer: Answer.parse(answer) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { code: queryCodeOf(error.code), message: error.message, answer: {} };
    }
  };
  return { call, stop };
}

/** An SQS behind a URL, by its JSON protocol. */
export function remote(url: string): Call {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
  return async (operation, input) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        authorization,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AmazonSQS.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    const answer = Answer.parse(text === "" ? {} : JSON.parse(text));
    if (response.ok) return { code: null, message: "", answer };
    const header = response.headers.get("x-amzn-query-error")?.split(";")[0];
    const type = String(answer["__type"]).split("#").at(-1) ?? "";
    return { code: header ?? queryCodeOf(type), message: String(answer["message"] ?? answer["Message"]), answer: {} };
  };
}
