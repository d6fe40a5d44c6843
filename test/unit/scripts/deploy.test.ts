import { describe, expect, it } from "vitest";
import { type Account, judge } from "../../../cli/project/deploy/judge.ts";
import type { Needs } from "../../../cli/project/deploy/needs.ts";

const NEEDS: Needs = {
  stage: "prod",
  stacks: ["celeriac-prod-storage"],
  reserved: new Map([
    ["celeriac-prod-api-read", 50],
    ["celeriac-prod-api-submit", 50],
  ]),
  mapped: 370,
  accessLog: true,
  setsLogRole: true,
  customDomain: false,
  sender: null,
};
const ACCOUNT: Account = {
  region: "eu-west-1",
  concurrency: { limit: 1_000, unreserved: 1_000 },
  reservedByStage: 0,
  bootstrap: 28,
  logRole: "",
  gatewayRole: true,
  ses: null,
  stacks: new Set(),
};
const errorsOf = (account: Partial<Account>, needs: Partial<Needs> = {}): readonly string[] =>
  judge({ ...NEEDS, ...needs }, { ...ACCOUNT, ...account }).errors;
const warningsOf = (account: Partial<Account>, needs: Partial<Needs> = {}): readonly string[] =>
  judge({ ...NEEDS, ...needs }, { ...ACCOUNT, ...account }).warnings;

describe("a look at the account before a deployment", () => {
  it("says nothing of one that has all that the stage needs", () => {
    expect(judge(NEEDS, ACCOUNT)).toEqual({ errors: [], warnings: [], unknown: [] });
  });

  it("stops where less than 100 executions would stay unreserved, with the numbers and where to ask for more", () => {
    const [error] = errorsOf({ concurrency: { limit: 150, unreserved: 150 } });
    expect(error).toMatch(/reserves 100 .*api-read 50.* eu-west-1 has 150 free of 150, and 100 must stay free/);
    expect(error).toMatch(/https:\/\/eu-west-1\.console\.aws\.amazon\.com\/servicequotas\/.*L-B99A9384/);
    expect(errorsOf({ concurrency: { limit: 200, unreserved: 200 } })).toEqual([]);
  });

  it("counts what the stage has reserved already as free", () => {
    expect(errorsOf({ concurrency: { limit: 200, unreserved: 100 }, reservedByStage: 100 })).toEqual([]);
    expect(errorsOf({ concurrency: { limit: 200, unreserved: 100 } })).toHaveLength(1);
  });

  it("lets a stage without reservations onto a new account of 10, and warns of it", () => {
    const account = { concurrency: { limit: 10, unreserved: 10 } };
    const none = { reserved: new Map<string, number>() };
    expect(errorsOf(account, none)).toEqual([]);
    expect(warningsOf(account, none)).toEqual([
      expect.stringMatching(/may run 370 tasks at once, and the account has 10 .*nothing is lost/),
      expect.stringMatching(/runs 10 Lambdas at once/),
    ]);
  });

  it.each([
    [0, /is not there in eu-west-1. Run once: npx cdk bootstrap/],
    [5, /has version 5, and 6 is needed/],
  ])("stops where the bootstrap stack has version %i", (bootstrap, message) => {
    expect(errorsOf({ bootstrap })).toEqual([expect.stringMatching(message)]);
  });

  it("stops where nobody sets the role for API Gateway's logs, and warns where another's would be replaced", () => {
    expect(errorsOf({}, { setsLogRole: false })).toEqual([expect.stringMatching(/has no role for API Gateway's logs/)]);
    expect(errorsOf({ logRole: "arn:other" }, { setsLogRole: false })).toEqual([]);
    expect(warningsOf({ logRole: "arn:aws:iam::1:role/other" })).toEqual([
      expect.stringMatching(/which the stage repl/),
    ]);
  });

  it("warns of SES's sandbox, and of an address that SES does not send from", () => {
    const ses = { production: false, verified: false };
    expect(warningsOf({ ses }, { sender: "a@example.com" })).toEqual([
      expect.stringMatching(/does not send from a@example\.com/),
      expect.stringMatching(/in its sandbox.*200 mails a day/),
    ]);
  });

  it("names what could not be read, and does not stop for it", () => {
    const unread = { concurrency: null, bootstrap: null, logRole: null };
    expect(judge(NEEDS, { ...ACCOUNT, ...unread })).toMatchObject({ errors: [], unknown: { length: 3 } });
  });
});
