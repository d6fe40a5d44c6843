import { dashboardCommand } from "./command.ts";

await dashboardCommand(process.argv.slice(2));
