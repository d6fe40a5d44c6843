import { CeleriacError } from "../src/core/errors.ts";
import { synthesize } from "../lib/synth.ts";

try {
  const { folder, config, bundle } = await synthesize(process.cwd(), process.env);
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
