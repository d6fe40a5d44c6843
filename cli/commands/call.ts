import { Command } from "@commander-js/extra-typings";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { submit, withSubmitting } from "../submit.ts";
import { jsonObject, jsonOrText, moment, pair, seconds, wholeOrNone } from "../values.ts";

/** `celeriac call TASK [ARGS...]`. */
export function callCommand(open: Open) {
  const command = new Command("call")
    .summary("run a task")
    .description("Runs a task and prints its id. Arguments are JSON where they are JSON, else text.")
    .argument("<task>", "its name: math.add")
    .argument("[args...]", "its arguments")
    .option("-k, --kwargs <object>", "keyword arguments, a JSON object", jsonObject)
    .option("--countdown <time>", "start after so long: 30, 5m, 2h, 1d", seconds)
    .option("--eta <time>", "start not before this time")
    .option("--expires <time>", "do not start after so long", seconds)
    .option("--time-limit <time>", "kill it after so long", seconds)
    .option("--soft-time-limit <time>", "ask it to end after so long", seconds)
    .option("--max-retries <n>", "retries before it fails", wholeOrNone)
    .option("--header <name=value>", "a header that reaches the task; may be repeated", pair)
    .option("--ignore-result", "drop the result")
    .option("--task-id <uuid>", "an id of your own")
    .addHelpText(
      "after",
      examples(
        "call math.add 2 2 --wait",
        `call probe.identity '{"a": 1}' --wait`,
        "call math.add 2 2 --countdown 10s --expires 1h",
        `call images.thumbnail https://a.example/cat.png --kwargs '{"width": 200}'`,
        "call probe.sleep 60 --timeout 5s || echo $?",
      ),
    );
  return withSubmitting(command).action(async (task, args, options) => {
    const { kwargs, eta, countdown, expires, header, ignoreResult, maxRetries, timeLimit, softTimeLimit, taskId } =
      options;
    const node = {
      task,
      args: args.map(jsonOrText),
      kwargs,
      options: {
        countdown,
        eta: eta === undefined ? undefined : moment(eta),
        expires,
        time_limit: timeLimit,
        soft_time_limit: softTimeLimit,
        max_retries: maxRetries,
        headers: header,
        ignore_result: ignoreResult,
        task_id: taskId,
      },
    };
    process.exitCode = await submit(await open(), "/tasks", node, options);
  });
}
