import * as z from "zod";
import { Ability } from "../../../lib/emulator.ts";

/**
 * The scenario files that only the embedded AWS can run, each with what it needs of it: against another AWS they are
 * left out.
 */
export const EMBEDDED_ONLY: Readonly<Record<string, string>> = {
  calls: "sees every call",
  delays: "moves the time ahead",
  locations: "calls an API with and without its stage in the path",
  insights: "bounds how many workers there are",
  periodic: "moves the time ahead",
  permissions: "sees which calls the roles allow, which no other AWS here enforces",
  purge: "takes all that a queue has, in an AWS of its own",
  "rate-limit": "takes all that a queue has, in an AWS of its own",
  retired: "deploys another stage, to an AWS of its own",
};

/** How many times as long as the embedded AWS another one may take: CELERIAC_PATIENCE. @default 1 */
export function patience(): number {
  return Number(process.env["CELERIAC_PATIENCE"] ?? 1);
}

/** What an AWS cannot do of what scenarios may need, each with the reason. */
export type Inabilities = Partial<Record<Ability, string>>;

const Given = z.partialRecord(Ability, z.string().min(1));

/**
 * What the AWS under test cannot do: CELERIAC_CANNOT, a JSON object as `cannot` of lib/emulator.ts has it.
 * @default {}: AWS and the embedded AWS can do it all. @throws ZodError for an ability that is not known, or one
 *   without a reason.
 */
export function cannot(): Inabilities {
  return Given.parse(JSON.parse(process.env["CELERIAC_CANNOT"] ?? "{}"));
}
