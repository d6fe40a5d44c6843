/** Keywords of this form in an input are replaced by Scheduler when it runs a schedule (Scheduler User Guide, "Adding context attributes"). */
const ATTRIBUTE = "<aws.scheduler.";

/** JSON text as a schedule's input: what a client wrote that looks like one of Scheduler's keywords stays what it is. */
export function scheduleInput(json: string): string {
  return json.replaceAll(ATTRIBUTE, `\\u003c${ATTRIBUTE.slice(1)}`);
}
