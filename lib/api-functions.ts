import { type ApiFunction, ROUTES } from "../src/core/http/routes.ts";

/** The API's functions that serve a route; one that serves none is not deployed. */
export const API_FUNCTIONS: readonly ApiFunction[] = [
  ...new Set(ROUTES.map((route): ApiFunction => route.function)),
].toSorted();
