import type { Input } from "../json-service.ts";

/** What a service does, by the names of SQS's operations. */
export type Operations = Readonly<Record<string, (input: Input) => object | Promise<object>>>;
