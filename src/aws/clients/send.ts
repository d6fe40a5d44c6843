import { randomUUID } from "node:crypto";
import { HttpResponse, type RpcProtocol } from "@smithy/core/protocols";
import { operation } from "@smithy/core/schema";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "@smithy/core/serde";
import type { Command, HttpRequest, MetadataBearer, OperationSchema, StaticOperationSchema } from "@smithy/types";
import { UnknownCommand } from "./errors.ts";
import type { Answer, Outgoing } from "./http.ts";
import type { SenderOptions, Service } from "./options.ts";
import { withRetries } from "./retry.ts";
import { sign } from "./sign.ts";
import { type Line, openLine } from "./line.ts";

/** Sends commands of one service. */
export interface Sender<Inputs extends object, Outputs extends MetadataBearer> {
  /**
   * @throws the SDK's own exceptions, with `$metadata`; AbortError, TimeoutError and Node's errors where there is no
   *   answer.
   */
  readonly send: <Input extends Inputs, Output extends Outputs>(
    command: Command<Inputs, Input, Outputs, Output, never>,
    options?: { readonly abortSignal?: AbortSignal },
  ) => Promise<Output>;
}

/** What the SDK's codecs ask for. Bodies are whole before they come here, so no stream is collected. */
const SERDE = {
  base64Decoder: fromBase64,
  base64Encoder: toBase64,
  utf8Decoder: fromUtf8,
  utf8Encoder: toUtf8,
  streamCollector: (bytes: Uint8Array) => Promise.resolve(bytes),
};

/**
 * Sends the SDK's commands by the SDK's serialisers, retry strategy, credential chain and exceptions, without its stack
 * of middleware, which takes two thirds of a call's CPU: a function of 256 MB has a seventh of a core. For services of
 * AWS JSON, whose requests are POSTs to one path.
 * @param service What is called. @param protocol The SDK's, with the service's errors and codec. @param options What
 *   the environment does not say.
 */
export function createSender<Inputs extends object, Outputs extends MetadataBearer>(
  service: Service,
  protocol: RpcProtocol,
  options: SenderOptions = {},
): Sender<Inputs, Outputs> {
  protocol.setSerdeContext(SERDE);
  let opened: Promise<Line> | undefined;
  let line: Line | undefined;
  const open = async (): Promise<Line> => {
    try {
      return (line = await (opened ??= openLine(service, options)));
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  return {
    send: async <Input extends Inputs, Output extends Outputs>(
      command: Command<Inputs, Input, Outputs, Output, never>,
      { abortSignal: signal }: { readonly abortSignal?: AbortSignal } = {},
    ): Promise<Output> => {
      const schema = operationOf(command.schema, service);
      const at = line ?? (await open());
      const request = await protocol.serializeRequest(schema, command.input, { ...SERDE, endpoint: at.endpoint });
      const body = bodyOf(request);
      // Over a connection that says who calls, nobody reads what is for signatures and for AWS's logs.
      const headers = at.isSigned ? headersOf(request, body, at, schema) : { ...request.headers };
      const output = await withRetries<Output>(
        at.retries,
        (attempt, max) => {
          headers["amz-sdk-request"] = `attempt=${attempt}; max=${max}`;
          return call(at, protocol, schema, { headers, body }, signal);
        },
        { scope: service.longPolls?.has(schema.name) === true ? ":longpoll" : "", signal },
      );
      service.verify?.(schema.name, command.input, output);
      return output;
    },
  };
}

/** Schemas of the SDK are constants, and the form that its protocol takes is made once of each. */
const operations = new WeakMap<StaticOperationSchema, OperationSchema>();

function operationOf(schema: unknown, service: Service): OperationSchema {
  if (!isOperation(schema)) throw new UnknownCommand(service.name, typeof schema);
  const known = operations.get(schema);
  if (known !== undefined) return known;
  const [, namespace, name, traits, input, output] = schema;
  const made = operation(namespace, name, traits, input, output);
  operations.set(schema, made);
  return made;
}

/** 9 is what the SDK marks an operation's schema by. */
function isOperation(schema: unknown): schema is StaticOperationSchema {
  return Array.isArray(schema) && schema[0] === 9;
}

/** JSON as text: Node writes that with the headers in one piece, and bytes in a second one. */
function bodyOf(request: HttpRequest): string {
  const body: unknown = request.body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  return typeof body === "string" ? body : "";
}

/** The headers that all attempts have. */
function headersOf(request: HttpRequest, body: string, line: Line, schema: OperationSchema): Record<string, string> {
  if (request.hostname !== line.url.hostname)
    throw new UnknownCommand(line.service.name, `${schema.name} (of a host of its own)`);
  return {
    ...request.headers,
    host: line.url.host,
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": line.userAgent,
    "amz-sdk-invocation-id": randomUUID(),
    ...line.tracing(),
  };
}

/** One attempt. */
async function call<Output extends MetadataBearer>(
  line: Line,
  protocol: RpcProtocol,
  schema: OperationSchema,
  outgoing: Outgoing,
  signal: AbortSignal | undefined,
): Promise<Output> {
  const date = line.clock.now();
  const answer = await line.exchange(line.isSigned ? await signed(line, outgoing, date) : outgoing, signal);
  const response = new HttpResponse({ statusCode: answer.status, headers: answer.headers, body: answer.body });
  try {
    return await protocol.deserializeResponse<Output>(schema, SERDE, response);
  } catch (thrown) {
    if (thrown instanceof Error) {
      describe(thrown, response, answer);
      line.clock.learn(thrown, answer.headers["date"], date);
    }
    throw thrown;
  }
}

async function signed(line: Line, { headers, body }: Outgoing, date: Date): Promise<Outgoing> {
  const credentials = line.credentials();
  const scope = {
    credentials: "then" in credentials ? await credentials : credentials,
    region: line.region,
    service: line.service.name,
    date,
  };
  const added = { ...headers };
  sign({ method: "POST", path: line.path, headers: added, body }, scope);
  return { headers: added, body };
}

/**
 * What the SDK adds to an error: the answer, for it says when to come again; and its status and id where the body was
 * not to be read.
 */
function describe(error: Error, response: HttpResponse, answer: Answer): void {
  Object.defineProperty(error, "$response", { value: response, enumerable: false, configurable: true });
  if ("$metadata" in error) return;
  const requestId = answer.headers["x-amzn-requestid"];
  Object.assign(error, { $metadata: { httpStatusCode: answer.status, requestId } });
}
