import { createOpenApi } from "../../src/core/openapi.ts";
import { type Operation, answer } from "./http.ts";

/** `GET /openapi.json`: this API, as OpenAPI 3.1. */
export const getOpenApi: Operation = async () => answer(200, createOpenApi());
