// Whether commit messages are Conventional Commits with a folder as scope: `node scripts/commits.ts [RANGE]`, by
// default the last 20 commits.

import { execFileSync } from "node:child_process";

const SUBJECT = /^(feat|fix|perf|refactor|style|docs|test|build|ci|chore|revert|merge)(\([a-z0-9-]+\))?!?: \S.*[^.]$/;

const range = process.argv[2] ?? "-20";
const log = execFileSync("git", ["log", "--no-merges", "--format=%h %s", range], { encoding: "utf8" });
const wrong = log.split("\n").filter((line) => line !== "" && !SUBJECT.test(line.slice(line.indexOf(" ") + 1)));
for (const line of wrong)
  console.error(`${line}: expected TYPE(FOLDER): WHY, such as "fix(worker): a lease outlives its task"`);
process.exitCode = wrong.length === 0 ? 0 : 1;
