import { createHash, randomUUID } from "node:crypto";
import { AccessDenied } from "../../iam/index.ts";
import type { InvokeResult } from "../../types.ts";
import { messageOf } from "../../values.ts";
import { failure, type Failure } from "../language/failure.ts";
import { isJsonObject, type Json, parseJsonText } from "../language/json.ts";
import type { TaskResource } from "../language/machine.ts";

/**
 * The services that Task states call, in the name of the machine of that ARN. Both reject with AccessDenied where its
 * role is too little.
 */
export interface ServiceCalls {
  readonly sendMessage: (queueUrl: string, body: string, machineArn: string) => Promise<{ messageId: string }>;
  readonly invoke: (functionNameOrArn: string, payload: string, machineArn: string) => Promise<InvokeResult>;
}

/** What a call came to. */
export type ServiceAnswer =
  | { readonly kind: "output"; readonly output: Json }
  | { readonly kind: "failure"; readonly failure: Failure };

/** Calls what a Task state names; never rejects. */
export async function callService(
  resource: TaskResource,
  parameters: Json,
  machineArn: string,
  calls: ServiceCalls,
): Promise<ServiceAnswer> {
  const invoke: InvokeAsMachine = (target, payload) => calls.invoke(target, payload, machineArn);
  if (resource.kind === "sqs") return sendMessage(parameters, machineArn, calls);
  if (resource.kind === "function") return invokeFunction(resource.arn, parameters, invoke, (payload) => payload);
  const name = isJsonObject(parameters) ? parameters["FunctionName"] : undefined;
  if (typeof name !== "string") return failed("Lambda.AWSLambdaException", "FunctionName must be a string.");
  const payload = isJsonObject(parameters) ? (parameters["Payload"] ?? {}) : {};
  return invokeFunction(name, payload, invoke, (output) => ({
    ExecutedVersion: "$LATEST",
    Payload: output,
    StatusCode: 200,
    ...sdkMetadata(),
  }));
}

async function sendMessage(parameters: Json, machineArn: string, calls: ServiceCalls): Promise<ServiceAnswer> {
  const { QueueUrl: queueUrl, MessageBody: body } = isJsonObject(parameters) ? parameters : {};
  if (typeof queueUrl !== "string") return failed("SQS.AmazonSQSException", "QueueUrl must be a string.");
  if (body === undefined || body === null || body === "") {
    return failed("SQS.AmazonSQSException", "The request must contain the parameter MessageBody.");
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  try {
    const { messageId } = await calls.sendMessage(queueUrl, text, machineArn);
    const digest = createHash("md5").update(text).digest("hex");
    return { kind: "output", output: { MD5OfMessageBody: digest, MessageId: messageId, ...sdkMetadata() } };
  } catch (error) {
    return failed("SQS.AmazonSQSException", messageOf(error));
  }
}

type InvokeAsMachine = (functionNameOrArn: string, payload: string) => Promise<InvokeResult>;

async function invokeFunction(
  nameOrArn: string,
  payload: Json,
  invoke: InvokeAsMachine,
  shape: (payload: Json) => Json,
): Promise<ServiceAnswer> {
  try {
    const result = await invoke(nameOrArn, JSON.stringify(payload));
    if (result.throttled) return failed("Lambda.TooManyRequestsException", "Rate Exceeded.");
    const answer = parseJsonText(result.payload) ?? null;
    if (result.functionError === null) return { kind: "output", output: shape(answer) };
    const type = isJsonObject(answer) ? answer["errorType"] : undefined;
    return failed(typeof type === "string" ? type : "Lambda.Unknown", result.payload);
  } catch (error) {
    const name = error instanceof AccessDenied ? "Lambda.AWSLambdaException" : "Lambda.ResourceNotFoundException";
    return failed(name, messageOf(error));
  }
}

function sdkMetadata(): { SdkHttpMetadata: Json; SdkResponseMetadata: Json } {
  return { SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: randomUUID() } };
}

function failed(error: string, cause: string): ServiceAnswer {
  return { kind: "failure", failure: failure(error, cause) };
}
