import { readAuth, readDocs } from "../../../src/aws/env.ts";
import { DOCS_POLICY, docsPage } from "../../../src/core/http/docs-page.ts";
import { createOpenApi } from "../../../src/core/http/openapi.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import type { Operation } from "../http/request.ts";

/** `GET /docs`: the OpenAPI document as a page to read, where the stage has it. */
export const getDocs: Operation = async () => {
  if (!readDocs()) {
    const detail = 'This stage has no page for readers. "docs": true in its configuration turns it on.';
    throw new Problem(404, "no_docs", detail);
  }
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": DOCS_POLICY };
  return { status: 200, json: docsPage(createOpenApi(readAuth())), headers };
};
