import type { Run } from "./run.ts";

/** How an invocation was answered. */
export interface Invoked {
  readonly status: number;
  readonly error: string | null;
  readonly payload: Record<string, unknown>;
}

/** Invokes over the Lambda API. */
export async function invoke(
  run: Run,
  name: string,
  payload: string,
  headers: Record<string, string> = {},
): Promise<Invoked> {
  const url = `${run.embedded.awsUrl}/2015-03-31/functions/${name}/invocations`;
  const response = await fetch(url, { method: "POST", body: payload, headers });
  const text = await response.text();
  return {
    status: response.status,
    error: response.headers.get("x-amz-function-error"),
    payload: text === "" ? {} : JSON.parse(text),
  };
}
