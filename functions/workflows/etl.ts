import { chain, defineWorkflow } from "celeriac";
import { extract, load, transform } from "../tasks/etl.ts";

/**
 * Reads a csv, cleans it, and stores it as a file. `POST /workflows/etl` with the csv, or the document that it is in,
 * as `args`.
 */
export const etl = defineWorkflow("etl", chain(extract, transform, load));
