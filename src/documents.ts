/** Documents in S3 and their text, for task modules with the grant `documents`. */
export { documentStore } from "./aws/document-store.ts";
export { DocumentSchema } from "./core/record/document.ts";
export { type DocumentReport, processDocument } from "./documents/process.ts";
