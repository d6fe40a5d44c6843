// The changelog's section for a tag, as the notes of its release: `node scripts/release-notes.ts v1.2.3`. Fails where
// there is none, or where a package has another version.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const ROOT = join(import.meta.dirname, "..");
const Manifest = z.object({ name: z.string(), version: z.string() });

const version = /^v(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(process.argv[2] ?? "")?.[1];
if (version === undefined) throw new Error(`Expected a tag such as v1.2.3, got "${process.argv[2] ?? ""}".`);

for (const folder of ["", ...readdirSync(join(ROOT, "packages")).map((name) => join("packages", name))]) {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")));
  if (manifest.version === version) continue;
  throw new Error(`${manifest.name} has version ${manifest.version}, and the tag says ${version}. Change one of them.`);
}

const changelog = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");
const section = changelog.split(/^## /m).find((text) => text.startsWith(version) || text.startsWith(`[${version}]`));
if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}". Name the Unreleased one so.`);
console.log(section.slice(section.indexOf("\n")).trim());
