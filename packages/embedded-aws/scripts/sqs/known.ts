import type { Step } from "./generate.ts";
import type { Outcome } from "./services.ts";

/** A difference in which AWS's documentation is with the embedded SQS, or says nothing. */
export interface Known {
  readonly reason: string;
  readonly is: (difference: { readonly step: Step; readonly ours: Outcome; readonly theirs: Outcome }) => boolean;
}

/** Refusals after which LocalStack would stand differently, for it does not refuse: it is not called. */
export const LENIENT: readonly {
  readonly reason: string;
  readonly is: (refusal: { readonly step: Step; readonly ours: Outcome }) => boolean;
}[] = [
  {
    reason: "a message that is visible again cannot be hidden by its last receipt (LocalStack hides it)",
    is: ({ ours }) => ours.code === "AWS.SimpleQueueService.MessageNotInflight",
  },
  {
    reason: "dead letters go neither to a queue that is not there nor to the same queue (LocalStack takes the policy)",
    is: ({ step, ours }) => step.operation === "SetQueueAttributes" && ours.message.includes("RedrivePolicy"),
  },
];

/** All known differences. */
export const KNOWN: readonly Known[] = [
  {
    reason: "a request with two faults is refused for the one or the other",
    is: ({ ours, theirs }) =>
      ours.code !== null && theirs.code !== null && (isNoQueue(ours) || isNoQueue(theirs)) && ours.code !== theirs.code,
  },
  {
    reason: "a queue that is there is created with an attribute that is none: refused for the one or the other",
    is: ({ step, ours, theirs }) =>
      step.operation === "CreateQueue" && ours.code !== null && theirs.code === "QueueAlreadyExists",
  },
  {
    reason: "an entry without a body lacks a parameter (LocalStack has another name for that)",
    is: ({ theirs }) => JSON.stringify(theirs.answer).includes("MissingRequiredParameter"),
  },
  {
    reason: "a message that became a dead letter cannot be hidden by its last receipt (LocalStack says that it was)",
    is: ({ step, ours, theirs }) =>
      theirs.code === null && step.operation.startsWith("ChangeMessageVisibility") && isNotThere(ours),
  },
  {
    reason: "a message that is visible again cannot be made visible (LocalStack says that it was)",
    is: ({ step, ours }) =>
      step.operation === "ChangeMessageVisibilityBatch" &&
      ours.code === null &&
      JSON.stringify(ours.answer).includes("MessageNotInflight"),
  },
];

function isNoQueue({ code }: Outcome): boolean {
  return code === "AWS.SimpleQueueService.NonExistentQueue";
}

function isNotThere({ code, answer }: Outcome): boolean {
  return code === "InvalidParameterValue" || JSON.stringify(answer).includes("InvalidParameterValue");
}
