import { describe, expect, it } from "vitest";
import * as z from "zod";
import { docsPage } from "../../../../src/core/http/docs-page.ts";
import { createOpenApi } from "../../../../src/core/http/openapi.ts";
import { DESCRIPTIONS } from "../../../../src/core/http/openapi-operations.ts";
import { ROUTES } from "../../../../src/core/http/routes.ts";

const Content = z.record(z.string(), z.looseObject({ example: z.unknown().optional() }));
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(5),
  description: z.string().min(20),
  parameters: z.array(
    z.looseObject({ name: z.string(), description: z.string().min(5), example: z.unknown().optional() }),
  ),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string(), headers: z.record(z.string(), z.unknown()), content: Content.optional() }),
  ),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  security: z.array(z.unknown()).optional(),
  components: z.looseObject({ securitySchemes: z.record(z.string(), z.unknown()).optional() }),
});

const read = (...auth: Parameters<typeof createOpenApi>) => Document.parse(createOpenApi(...auth));
const operations = Object.values(read().paths).flatMap((methods) => Object.values(methods));

describe("the OpenAPI document", () => {
  it("has every route, with words and an example for each of its parts", () => {
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
      ROUTES.map(({ name }) => name).toSorted(),
    );
    for (const { operationId, parameters, requestBody, responses } of operations) {
      // A cursor that nobody gave is refused, so there is none to show.
      const without = parameters.filter(({ name, example }) => name !== "cursor" && example === undefined);
      expect(without, operationId).toEqual([]);
      const answers = Object.values(responses).flatMap(({ content }) => Object.values(content ?? {}));
      for (const { example } of [...Object.values(requestBody?.content ?? {}), ...answers])
        expect(example, operationId).toBeDefined();
      for (const { headers } of Object.values(responses)) expect(headers).toHaveProperty("x-correlation-id");
    }
  });

  it("gives examples of bodies that the API takes", () => {
    const refused = Object.entries(DESCRIPTIONS).filter(
      ([, { body, example }]) => body !== undefined && !body.safeParse(example).success,
    );
    expect(refused.map(([name]) => name)).toEqual([]);
  });

  it("says which requests need a body", () => {
    const needed = operations.filter(({ requestBody }) => requestBody?.["required"] === true);
    const names = needed.map(({ operationId }) => operationId);
    expect(names).toEqual(expect.arrayContaining(["add", "canvas", "chord", "submitTask", "submitDocument"]));
    expect(names).not.toContain("revokeTask");
    expect(names).not.toContain("redriveQueue");
  });

  it("gives examples of queries that the API takes", () => {
    const refused = operations.filter(({ operationId, parameters }) => {
      const query = Object.entries(DESCRIPTIONS).find(([name]) => name === operationId)?.[1].query;
      const asked = parameters.filter((one) => one["in"] === "query" && one.example !== undefined);
      return query?.safeParse(Object.fromEntries(asked.map((one) => [one.name, one.example]))).success === false;
    });
    expect(refused.map(({ operationId }) => operationId)).toEqual([]);
  });

  it("says how the stage asks callers who they are, and that it may refuse them", () => {
    expect(read().security).toBeUndefined();
    for (const [kind, scheme] of [
      ["iam", "signature"],
      ["jwt", "token"],
      ["apiKey", "key"],
    ] as const) {
      const document = read({ kind });
      expect(document.security).toEqual([{ [scheme]: [] }]);
      expect(document.components.securitySchemes).toHaveProperty(scheme);
      for (const methods of Object.values(document.paths))
        for (const { responses } of Object.values(methods)) expect(Object.keys(responses)).toContain("403");
    }
  });
});

describe("the page that shows it", () => {
  it("has every operation, runs no script, and weighs less than 1 MB", () => {
    const page = docsPage(createOpenApi());
    for (const { path } of ROUTES) expect(page).toContain(`<code>${path}</code>`);
    expect(page).not.toContain("<script");
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  });
});
