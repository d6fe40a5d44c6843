import { describe, expect, it } from "vitest";
import { isOperator } from "../../../functions/api/http/operators.ts";

const session = (role: string, name: string): string => `arn:aws:sts::111122223333:assumed-role/${role}/${name}`;

describe("an operator", () => {
  it.each([
    ["a user by name", "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/ann"],
    ["a user with a path", "arn:aws:iam::111122223333:user/ops/ann", "arn:aws:iam::*:user/ops/*"],
    ["a role, whatever its session", session("Ops", "i-0123"), "arn:aws:iam::111122223333:role/Ops"],
    ["a role by the beginning of its name", session("Ops-eu", "x"), "arn:aws:iam::*:role/Ops*"],
    ["a role that has a path", session("Ops", "x"), "arn:aws:iam::111122223333:role/teams/core/Ops"],
    [
      "a role of SSO, whose name ends in something random",
      session("AWSReservedSSO_Ops_0f", "ann@example.org"),
      "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Ops_*",
    ],
    [
      "one session, where sessions are written",
      session("Dev", "ann"),
      "arn:aws:sts::111122223333:assumed-role/Dev/ann",
    ],
    ["everybody, where that is written", "arn:aws:iam::111122223333:user/any/body", "*"],
  ])("is %s", (_what, arn, pattern) => {
    expect(isOperator(arn, [pattern])).toBe(true);
  });

  it.each([
    ["a user in a path that * would have to cross", "arn:aws:iam::111122223333:user/dev/Ops", "arn:aws:iam::*:user/*"],
    ["who calls a session like an operator", session("Dev", "Ops"), "arn:aws:iam::*:role/*Ops"],
    ["who calls a session like an operator's end of an ARN", session("Dev", "ops"), "arn:aws:*ops"],
    ["who is of another role than the session's pattern", session("Dev", "Ops"), "arn:aws:sts::*:assumed-role/Ops*"],
    ["any role of a path, which a session does not tell", session("Dev", "x"), "arn:aws:iam::*:role/ops/*"],
    [
      "who has a federated session's name",
      "arn:aws:sts::111122223333:federated-user/Ops",
      "arn:aws:*:federated-use*/Ops",
    ],
    ["another account's", session("Ops", "x"), "arn:aws:iam::444455556666:role/Ops"],
    ["one whose name a dot stands for", session("Opsx", "x"), "arn:aws:iam::111122223333:role/Ops."],
  ])("is not %s", (_what, arn, pattern) => {
    expect(isOperator(arn, [pattern])).toBe(false);
  });
});
