import { defineTask } from "celeriac";
import * as z from "zod";

/** curl localhost:8000/tasks -H 'content-type: application/json' -d '{"task":"hello.greet","args":["you"]}' */
export const greet = defineTask("hello.greet", {
  args: z.tuple([z.string().min(1)]),
  autoretryFor: [TypeError],
  retryBackoff: true,
  softTimeLimit: 20,
  timeLimit: 30,
  run: (self, name) => {
    self.log.info("greeting", { name, retries: self.request.retries });
    return `Hello, ${name}!`;
  },
});
