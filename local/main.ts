import { startCommand } from "./start.ts";

await startCommand(process.argv.slice(2));
