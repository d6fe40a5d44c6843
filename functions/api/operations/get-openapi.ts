import { createOpenApi } from "../../../src/core/http/openapi.ts";
import { type Operation, answer } from "../http/request.ts";

/** `GET /openapi.json`: this API, as OpenAPI 3.1. */
export const getOpenApi: Operation = async () => answer(200, createOpenApi());
