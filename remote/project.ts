import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { DEFAULT_PREFIX, PrefixSchema } from "../src/core/prefix.ts";

const CdkJson = z.object({ context: z.object({ prefix: PrefixSchema }).prefault({}) });

/**
 * What the names of an app's stages begin with, as its cdk.json says; `celeriac` where there is none.
 * @param folder The app's. @default where the command runs
 */
export function prefixOf(folder = process.cwd()): string {
  try {
    return CdkJson.parse(JSON.parse(readFileSync(join(folder, "cdk.json"), "utf8"))).context.prefix;
  } catch {
    // What is wrong with a cdk.json the synthesis says; a stage can be asked from anywhere.
    return DEFAULT_PREFIX;
  }
}
