import { readAuth } from "../../../src/aws/env.ts";
import { createOpenApi } from "../../../src/core/http/openapi.ts";
import { type Operation, answer } from "../http/request.ts";

/** `GET /openapi.json`: this API, as OpenAPI 3.1, with how this stage asks callers who they are. */
export const getOpenApi: Operation = async () => answer(200, createOpenApi(readAuth()));
