import { type Operation, answer } from "./http.ts";

/** `GET /workflows`: the named workflows. */
export const listWorkflows: Operation = async () => answer(200, { workflows: [] });
