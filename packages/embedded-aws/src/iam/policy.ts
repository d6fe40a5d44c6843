import * as z from "zod";

/** A text with the wildcards of policies: `*` for any characters, colons and slashes among them, `?` for one. */
export interface Pattern {
  readonly text: string;
  readonly fits: (value: string) => boolean;
}

/** One key of a statement's condition, and the values of which it must have one. */
export interface Condition {
  readonly operator: Operator;
  /** Context key, in lower case. */
  readonly key: string;
  readonly values: readonly Pattern[];
}

/** A statement of a policy, read. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly Pattern[];
  /** True for `NotAction`: the statement is about every other one. */
  readonly exceptActions: boolean;
  readonly resources: readonly Pattern[];
  readonly exceptResources: boolean;
  /** Whom a resource's policy speaks of, `TYPE:VALUE` each; null in a policy of a role, which speaks of the role. */
  readonly principals: readonly string[] | null;
  readonly conditions: readonly Condition[];
}

const OPERATORS = [
  "StringEquals",
  "StringNotEquals",
  "StringLike",
  "ArnEquals",
  "ArnLike",
  "Bool",
  // Of keys that may have many values; a call here has one of each at the most.
  "ForAllValues:StringEquals",
  "ForAllValues:StringLike",
] as const;

/** The condition operators that are served; any other is refused, since to pass over one would allow too much. */
export type Operator = (typeof OPERATORS)[number];

const Text = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const Texts = z.union([Text.transform((one) => [one]), z.array(Text)]);
// Variables (`${aws:username}`) stand for what the local AWS does not know.
const Patterns = Texts.refine((all) => all.every((one) => !one.includes("${")), "policy variables are not served");

const StatementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: Patterns.optional(),
  NotAction: Patterns.optional(),
  Resource: Patterns.optional(),
  NotResource: Patterns.optional(),
  Principal: z.union([z.literal("*"), z.record(z.string(), Texts)]).optional(),
  Condition: z.partialRecord(z.enum(OPERATORS), z.record(z.string(), Patterns)).default({}),
});

const DocumentSchema = z.looseObject({
  Statement: z.union([StatementSchema.transform((one) => [one]), z.array(StatementSchema)]),
});

/**
 * A policy document, a template's or an authorizer's, as its statements.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export const PolicySchema = DocumentSchema.transform(({ Statement }) => Statement.map(statementOf));

/** Reads a policy document of a template. @throws ZodError for what is malformed or not served */
export function readPolicy(document: unknown): Statement[] {
  return PolicySchema.parse(document);
}

function statementOf(statement: z.output<typeof StatementSchema>): Statement {
  return {
    effect: statement.Effect,
    // IAM compares actions without regard to case, and resources with it.
    actions: (statement.Action ?? statement.NotAction ?? []).map((action) => pattern(action, "i")),
    exceptActions: statement.NotAction !== undefined,
    // The policy of a resource may leave out which: its own.
    resources: (statement.Resource ?? statement.NotResource ?? ["*"]).map((resource) => pattern(resource)),
    exceptResources: statement.NotResource !== undefined,
    principals: statement.Principal === undefined ? null : principalsOf(statement.Principal),
    conditions: Object.entries(statement.Condition).flatMap(([operator, keys]) =>
      Object.entries(keys ?? {}).map(([key, values]) => ({
        operator: z.enum(OPERATORS).parse(operator),
        key: key.toLowerCase(),
        values: values.map((value) =>
          operator.includes("String") && !operator.endsWith("Like") ? exact(value) : pattern(value),
        ),
      })),
    ),
  };
}

function principalsOf(principal: "*" | Readonly<Record<string, readonly string[]>>): string[] {
  if (principal === "*") return ["AWS:*"];
  return Object.entries(principal).flatMap(([type, values]) => values.map((value) => `${type}:${value}`));
}

/**
 * A text as a pattern. A star spans colons and slashes: "it can expand to match beyond the colon boundaries" (IAM,
 * Resource).
 */
export function pattern(text: string, flags = ""): Pattern {
  const source = text
    .replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const whole = new RegExp(`^${source}$`, `s${flags}`);
  return { text, fits: (value) => whole.test(value) };
}

function exact(text: string): Pattern {
  return { text, fits: (value) => value === text };
}
