import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { callCommand } from "./commands/call.ts";
import { canvasCommand, chainCommand, chordCommand, groupCommand } from "./commands/canvas.ts";
import { completionCommand } from "./commands/completion.ts";
import { costCommand } from "./commands/cost.ts";
import { documentCommand } from "./commands/document.ts";
import { eventsCommand } from "./commands/events.ts";
import { graphCommand } from "./commands/graph.ts";
import { insightsCommand } from "./commands/insights.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { listCommand } from "./commands/list.ts";
import { logsCommand } from "./commands/logs.ts";
import { forgetCommand, retryCommand, revokeCommand } from "./commands/operate.ts";
import { purgeCommand, queuesCommand, redriveCommand } from "./commands/queues.ts";
import { ownVersion, reportCommand } from "./commands/report.ts";
import { resultCommand, statusCommand } from "./commands/result.ts";
import { resumeCommand, runsCommand } from "./commands/runs.ts";
import { schedulesCommand } from "./commands/schedules.ts";
import { runCommand, workflowsCommand } from "./commands/workflows.ts";
import { examples } from "./help.ts";
import { PROJECT_COMMANDS } from "./project/commands.ts";
import { type Open, openSession } from "./session.ts";

const ASK = "Ask:";

const AFTER = `
Environment: CELERIAC_URL, CELERIAC_API_KEY, CELERIAC_TOKEN, NO_COLOR, and AWS's own
for --stage and --sign.

Exit codes: 0 success; 1 the task failed or was revoked; 2 usage; 3 refused or not
found; 4 nobody answers, or the time is over; 130 Ctrl-C.
`;

/** The command line. @param signal aborts at Ctrl-C */
export function createProgram(signal: AbortSignal) {
  const program = new Command("celeriac")
    .description("Runs tasks, asks for them and operates a stage of Celeriac.")
    .version(ownVersion(), "-V, --version", "the version")
    .option("--url <url>", "the API (default: CELERIAC_URL, else http://localhost:8000)")
    .option("--stage <name>", "the stage of that name in your AWS account, by its CloudFormation stack")
    .option("--api-key <key>", "for stages that ask for API keys")
    .option("--token <token>", "for stages that ask for bearer tokens")
    .option("--sign", "sign with your AWS credentials; by itself with --stage and execute-api URLs")
    .option("--json", "JSON on stdout, everything else on stderr")
    .helpOption("-h, --help", "this text")
    .addHelpText(
      "after",
      examples("call math.add 2 2 --wait", "list --status FAILURE --since 1h", "graph ID --watch") + AFTER,
    )
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const open: Open = () => openSession(program.opts(), signal);
  const groups: Readonly<Record<string, readonly ((open: Open) => object)[]>> = {
    "Your app:": Object.entries(PROJECT_COMMANDS).map(
      ([name, { summary }]) =>
        () =>
          new Command(name).summary(summary).allowUnknownOption(),
    ),
    "Run:": [callCommand, chainCommand, groupCommand, chordCommand, canvasCommand, runCommand, documentCommand],
    [ASK]: [
      resultCommand,
      statusCommand,
      listCommand,
      runsCommand,
      logsCommand,
      graphCommand,
      eventsCommand,
      inspectCommand,
      workflowsCommand,
      insightsCommand,
      () => costCommand(() => program.opts()),
    ],
    "Operate:": [
      revokeCommand,
      retryCommand,
      resumeCommand,
      schedulesCommand,
      forgetCommand,
      queuesCommand,
      redriveCommand,
      purgeCommand,
      reportCommand,
      () => completionCommand(() => program),
    ],
  };
  program.commandsGroup(ASK).helpCommand("help [command]", "the help of a command");
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const create of commands) {
      const command = create(open);
      if (!(command instanceof Command)) continue;
      program.addCommand(command);
      inherit(command, program);
    }
  }
  return program;
}

/** Commands that are added, not made by `command()`, inherit nothing by themselves. */
function inherit(command: CommandUnknownOpts, parent: CommandUnknownOpts): void {
  command.copyInheritedSettings(parent);
  for (const sub of command.commands) inherit(sub, command);
}
