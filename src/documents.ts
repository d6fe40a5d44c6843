/** Documents in S3, for task modules with the grant `documents`. */
export { documentStore } from "./aws/document-store.ts";
export { DocumentSchema } from "./core/record/document.ts";
export { type DocumentReport, processDocument } from "./documents/process.ts";
export { createSpool } from "./documents/spool.ts";
export { readTable, uniqueNames } from "./documents/table.ts";
export { documentType } from "./documents/type.ts";
