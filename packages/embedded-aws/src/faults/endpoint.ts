import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { AwsResponse } from "../types.ts";
import { messageOf, parseJson } from "../values.ts";
import type { FaultRig } from "./rig.ts";
import { readFaults } from "./settings.ts";

/** `GET /_faults` tells what is injected and what was, `PUT` replaces the settings: `{"duplicate":0.2,"seed":7}`. */
export async function serveFaults(req: IncomingMessage, rig: FaultRig): Promise<AwsResponse> {
  if (req.method !== "GET" && req.method !== "PUT") return answer(405, { message: "/_faults takes GET and PUT." });
  try {
    if (req.method === "PUT") rig.set(readFaults(parseJson(await text(req))));
    return answer(200, rig.report());
  } catch (error) {
    return answer(400, { message: messageOf(error) });
  }
}

function answer(status: number, body: object): AwsResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body, null, 2) };
}
