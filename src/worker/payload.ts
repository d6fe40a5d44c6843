import type { Services } from "../aws/services.ts";
import { PayloadGone } from "../core/errors.ts";
import { ArgumentsSchema, type Payload } from "../core/record/message.ts";

/** A result that is prepended to the arguments; of a task whose result is ignored it is null. */
export interface Input {
  readonly payload: Payload | null;
}

/** `[args, kwargs]` as text, with the input before the arguments; or the error that says which of it is gone. */
export function payloadOf(services: Services, payload: Payload, input: Input | null): Promise<string | PayloadGone> {
  return joinedPayload(services, payload, input).catch((error: unknown) => {
    if (error instanceof PayloadGone) return error;
    throw error;
  });
}

/** The input stays text: it may be megabytes. */
async function joinedPayload(services: Services, payload: Payload, input: Input | null): Promise<string> {
  const text = await services.payloads.load(payload);
  if (input === null) return text;
  const first = input.payload === null ? "null" : await services.payloads.load(input.payload);
  const [args, kwargs] = ArgumentsSchema.parse(JSON.parse(text));
  return `[[${[first, ...args.map((arg) => JSON.stringify(arg))].join(",")}],${JSON.stringify(kwargs)}]`;
}
