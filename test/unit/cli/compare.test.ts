import { describe, expect, test } from "vitest";
import { Template, compareTemplates } from "../../../cli/project/compare.ts";

const template = (resources: unknown) => Template.parse({ Resources: resources });
const queue = (properties: object, more: object = {}) => ({ Type: "AWS::SQS::Queue", Properties: properties, ...more });

describe("what a deployment does to what is deployed", () => {
  test("is nothing where templates say the same in another order", () => {
    const now = template({ Q: queue({ QueueName: "a", Tags: [{ Key: "k", Value: "v" }] }) });
    const next = template({ Q: queue({ Tags: [{ Value: "v", Key: "k" }], QueueName: "a" }) });
    expect(compareTemplates(now, next)).toEqual([]);
  });

  test("is told in the order of its danger, with the properties that it is for", () => {
    const now = template({
      Gone: queue({ QueueName: "gone" }),
      Named: queue({ QueueName: "a", DelaySeconds: 1 }),
      Same: { Type: "AWS::Lambda::Function", Properties: { MemorySize: 512 } },
    });
    const next = template({
      Named: queue({ QueueName: "b", DelaySeconds: 2 }),
      New: { Type: "AWS::SNS::Topic" },
      Same: { Type: "AWS::Lambda::Function", Properties: { MemorySize: 1024 } },
    });
    expect(compareTemplates(now, next).map(({ kind, id, properties }) => [kind, id, ...properties])).toEqual([
      ["replaced", "Named", "QueueName"],
      ["removed", "Gone"],
      ["changed", "Same", "MemorySize"],
      ["added", "New"],
    ]);
  });

  test("loses what a queue or a table holds, but not where it is retained", () => {
    const lost = (more: object) =>
      compareTemplates(template({ Q: queue({ QueueName: "a" }, more) }), template({})).map(
        (change) => change.losesData,
      );
    expect(lost({})).toEqual([true]);
    expect(lost({ DeletionPolicy: "Retain" })).toEqual([false]);
    const role = template({ R: { Type: "AWS::IAM::Role" } });
    expect(compareTemplates(role, template({}))[0]?.losesData).toBe(false);
  });
});
