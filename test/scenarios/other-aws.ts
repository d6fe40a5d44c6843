/** The scenario files that only the embedded AWS can run, each with what it needs of it: against another AWS they are left out. */
export const EMBEDDED_ONLY: Readonly<Record<string, string>> = {
  calls: "sees every call",
  delays: "moves the time ahead",
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
