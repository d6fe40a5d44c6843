import { describe, expect, test } from "vitest";
import { ANYONE, type Caller, type Owner, type Right, mayAccess } from "../../../../src/core/record/caller.ts";

const owner = (principal: string, tenant: string | null = null): Owner => ({ principal, tenant });
const caller = (whose: Owner, ...rights: Right[]): Caller => ({ owner: whose, rights: new Set(rights) });

describe("what a caller may see", () => {
  test.each<[string, Caller, Owner | null, boolean]>([
    ["its own", caller(owner("a")), owner("a"), true],
    ["not another's", caller(owner("a")), owner("b"), false],
    ["its tenant's, whoever submitted it", caller(owner("a", "t")), owner("b", "t"), true],
    ["not another tenant's, though the name is the same", caller(owner("a", "t")), owner("a", "u"), false],
    ["not its own of a time when it had no tenant", caller(owner("a", "t")), owner("a"), false],
    ["not a tenant's where it has none", caller(owner("a")), owner("a", "t"), false],
    ["not what is nobody's", caller(owner("a")), null, false],
    ["all with the right to all", caller(owner("a"), "all"), owner("b", "t"), true],
    ["what is nobody's with the right to all", caller(owner("a"), "all"), null, true],
    ["all where nobody is asked", ANYONE, owner("b", "t"), true],
  ])("is %s", (_name, who, whose, expected) => {
    expect(mayAccess(who, whose)).toBe(expected);
  });
});
