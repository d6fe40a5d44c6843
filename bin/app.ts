import { CeleriacError } from "../src/core/errors.ts";
import { userFrame } from "../lib/import-module.ts";
import { synthesize } from "../lib/synth.ts";

const root = process.cwd();

// A task that is called at a module's top level, and not awaited, fails when the module is loaded already.
process.on("unhandledRejection", (thrown) => {
  if (!(thrown instanceof CeleriacError)) throw thrown;
  const frame = userFrame(thrown, root);
  console.error(`${frame === null ? "" : `${frame}: `}${thrown.message}`);
  process.exit(1);
});

try {
  const { folder, config, bundle, warnings } = await synthesize(root, process.env);
  for (const warning of warnings) console.error(`Warning: ${warning}`);
  const sizes = [...bundle.sizes].map(([name, bytes]) => `${name} ${Math.ceil(bytes / 1024)} kB`);
  console.error(
    `Stage ${config.stage} is in ${folder}. Bundled in ${Math.ceil(bundle.milliseconds)} ms: ${sizes.join(", ")}.`,
  );
  // A task module may have opened something at its top level that would keep this process for ever.
  process.exit();
} catch (thrown) {
  // What the user has to mend is one line; anything else is a fault of ours, and shows where.
  if (!(thrown instanceof CeleriacError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
}
