import { type Operation, answer } from "../http/request.ts";

/** `GET /registry`: every task that is deployed. */
export const getRegistry: Operation = async (_request, services) => answer(200, { tasks: services.registry.tasks });
