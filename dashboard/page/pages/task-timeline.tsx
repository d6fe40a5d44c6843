import type { TaskData } from "../api.ts";
import { duration } from "../format.ts";
import { Time } from "../parts/basics.tsx";
import { Status, lookOf } from "../parts/status.tsx";
import { t } from "../text/index.ts";

/** The states that a task went through, with the attempt of each and how long it stayed. */
export function Timeline({ events, retries }: { events: TaskData["events"]; retries: number }) {
  return (
    <ol class="timeline">
      {events.map((event, at) => {
        const next = events[at + 1];
        const stayed = next === undefined ? null : (Date.parse(next.at) - Date.parse(event.at)) / 1000;
        return (
          <li key={at} class={lookOf(event.status)}>
            <div>
              <Status status={event.status} />
              {retries > 0 && <span class="muted">{t("task.attempt", { attempt: event.attempt + 1 })}</span>}
            </div>
            <div class="muted">
              <Time at={event.at} exact />
              {stayed !== null && <span class="stayed">{duration(stayed)}</span>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
