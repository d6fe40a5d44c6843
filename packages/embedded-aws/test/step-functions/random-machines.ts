import fc from "fast-check";

/** A step of a random machine. */
export type Step =
  | { readonly kind: "task"; readonly failures: number }
  | { readonly kind: "function" }
  | { readonly kind: "caught" }
  | { readonly kind: "wait"; readonly seconds: number }
  | { readonly kind: "pass" }
  | { readonly kind: "map"; readonly items: number; readonly atOnce: number; readonly steps: readonly Step[] }
  | { readonly kind: "parallel"; readonly branches: readonly (readonly Step[])[] };

const plain: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("task" as const), failures: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "function" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "caught" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "pass" as const }) },
);

const { step } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  steps: fc.array(tie("step"), { minLength: 1, maxLength: 3 }),
  step: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 3, arbitrary: plain },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("map" as const),
        items: fc.integer({ min: 0, max: 5 }),
        atOnce: fc.integer({ min: 0, max: 2 }),
        steps: tie("steps"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("parallel" as const),
        branches: fc.array(tie("steps"), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
}));

/** Steps of a machine that has an end, whatever is answered. */
export const machineSteps: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 4 });

/** The function that machines call. */
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f";

/** The machine of some steps. A message says its state, item and attempt, and how often the state is to fail. */
export function definitionOf(steps: readonly Step[]): object {
  let count = 0;
  const branchOf = (list: readonly Step[]): object => {
    const names = list.map((each) => `${each.kind}${(count += 1)}`);
    const states = list.map((each, index) => {
      const name = names[index] ?? "";
      const next = names[index + 1];
      const flow = next === undefined ? { End: true } : { Next: next };
      return [name, { ...stateOf(name, each), ...flow }] as const;
    });
    return { StartAt: names[0], States: { ...Object.fromEntries(states), ...settlers(names, list) } };
  };
  const stateOf = (name: string, each: Step): object => {
    const ResultPath = `$.${name}`;
    switch (each.kind) {
      case "task":
        return { ...taskOf(name, each.failures), ResultPath, Retry: RETRY };
      case "caught":
        return {
          ...taskOf(name, 99),
          ResultPath,
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath, Next: `${name}-c` }],
        };
      case "function":
        return { Type: "Task", Resource: FUNCTION, Parameters: { state: name, "item.$": "$.item" }, ResultPath };
      case "wait":
        return { Type: "Wait", Seconds: each.seconds };
      case "pass":
        return { Type: "Pass", Result: name, ResultPath };
      case "map":
        return {
          Type: "Map",
          ItemsPath: `$$.Execution.Input.lists[${each.items}]`,
          MaxConcurrency: each.atOnce,
          ItemSelector: { "item.$": "States.Format('{}.{}', $.item, $$.Map.Item.Index)" },
          ItemProcessor: branchOf(each.steps),
          ResultPath,
        };
      case "parallel":
        return { Type: "Parallel", Branches: each.branches.map(branchOf), ResultPath };
    }
  };
  return branchOf(steps);
}

/** The input of every machine: lists for its Maps. */
export const INPUT = {
  item: "i",
  lists: Array.from({ length: 6 }, (_unused, size) => Array.from({ length: size }, () => 0)),
};

const RETRY = [{ ErrorEquals: ["Flaky"], IntervalSeconds: 3, MaxAttempts: 3, BackoffRate: 1.5 }];

function taskOf(name: string, failures: number): object {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters: {
      QueueUrl: "q",
      MessageBody: {
        state: name,
        failures,
        "item.$": "$.item",
        "attempt.$": "$$.State.RetryCount",
        "token.$": "$$.Task.Token",
      },
    },
  };
}

/** What a caught failure leads to: the end of its branch, or the state after. */
function settlers(names: readonly string[], steps: readonly Step[]): object {
  const entries = steps.flatMap((each, index) => {
    if (each.kind !== "caught") return [];
    const next = names[index + 1];
    return [[`${names[index]}-c`, { Type: "Pass", ...(next === undefined ? { End: true } : { Next: next }) }] as const];
  });
  return Object.fromEntries(entries);
}
