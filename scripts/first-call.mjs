// What a new user does first: `npm start`, one task, its result, Ctrl-C. Plain JavaScript, so that the oldest Node runs
// it: `node scripts/first-call.mjs`.

import { spawn } from "node:child_process";
import { once } from "node:events";

const flags = ["--port", "0", "--aws-port", "0", "--no-dashboard"];
const run = spawn("npm", ["start", "--", ...flags], { stdio: ["ignore", "pipe", "inherit"], detached: true });

async function apiUrl() {
  let output = "";
  // Left open: what the run logs later must find a reader.
  for await (const chunk of run.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    const [, url] = /API (http:\/\/\S+),/.exec(output) ?? [];
    if (url === undefined) continue;
    run.stdout.resume();
    return url;
  }
  throw new Error(`npm start ended before it was ready:\n${output}`);
}

async function firstSum(url) {
  const headers = { "content-type": "application/json" };
  const submitted = await fetch(`${url}/add`, { method: "POST", headers, body: JSON.stringify({ x: 1, y: 2 }) });
  const { task_id: id } = await submitted.json();
  const answer = await fetch(`${url}/result/${id}?wait=20`);
  return answer.json();
}

try {
  const { status, result } = await firstSum(await apiUrl());
  console.log(`math.add(1, 2) on Node ${process.version}: ${status} ${result}`);
  if (status !== "SUCCESS" || result !== 3) process.exitCode = 1;
} finally {
  process.kill(-run.pid, "SIGINT");
  await once(run, "exit");
}
