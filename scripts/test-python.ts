// The tests of the Python client against a stage of their own: `npm run test:python`. They need Python 3.10 or later
// as `python3` (or what PYTHON names), and nothing from PyPI.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startStage } from "../src/testing/index.ts";

const ROOT = join(import.meta.dirname, "..");
const python = process.env["PYTHON"] ?? "python3";

const found = spawnSync(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"]);
if (found.status !== 0) {
  console.error(
    `The tests of clients/python need Python 3.10 or later as ${python}. Install it, or name it by PYTHON.`,
  );
  process.exit(1);
}

const stage = await startStage({ root: ROOT, tasks: ["functions/tasks", "test/tasks"] });
try {
  const tests = spawn(python, ["-m", "unittest", "discover", "-s", "tests"], {
    cwd: join(ROOT, "clients", "python"),
    env: { ...process.env, PYTHONPATH: "src", PYTHONDONTWRITEBYTECODE: "1", CELERIAC_URL: stage.url },
    stdio: "inherit",
  });
  const [code] = await once(tests, "close");
  process.exitCode = typeof code === "number" ? code : 1;
} finally {
  await stage.stop();
}
