/**
 * Tables in S3 and their rows, for task modules with the grant `documents`. Apart from `documents.ts`, since a module
 * carries all that its imports reach: the readers of pdf and docx are 3 MB.
 */
export { documentStore } from "./aws/document-store.ts";
export { DocumentSchema } from "./core/record/document.ts";
export { createSpool } from "./documents/spool.ts";
export { readTable, uniqueNames } from "./documents/table.ts";
export { checkedType as documentType } from "./documents/checked-type.ts";
