import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { type RegisteredTask, type Workflow, get } from "../api.ts";
import { RunForm } from "../form/run-form.tsx";
import { duration } from "../format.ts";
import { Failure, Loading, Notice, PageHead, Section, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Json } from "../parts/json.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { WorkflowDetail } from "./workflow.tsx";

/** Every task and workflow there is, and a form that runs it. */
export function RegistryPage({ subject }: { subject: string }) {
  const { value, error, reload } = useLoad(async (signal) => {
    const [{ tasks }, { workflows }] = await Promise.all([
      get<{ tasks: RegisteredTask[] }>("/registry", signal),
      get<{ workflows: Workflow[] }>("/workflows", signal),
    ]);
    return { tasks, workflows };
  }, []);
  const [text, setText] = useState("");
  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  const task = value.tasks.find((one) => one.name === subject);
  const workflow = value.workflows.find((one) => `workflow:${one.name}` === subject);
  const found = (name: string): boolean => name.toLowerCase().includes(text.toLowerCase().trim());
  const modules = Map.groupBy(
    value.tasks.filter((one) => found(one.name)),
    (one) => one.module,
  );
  const workflows = value.workflows.filter((one) => found(one.name));
  return (
    <div class={`registry ${subject === "" ? "" : "chosen"}`}>
      <aside aria-label={t("nav.registry")}>
        <PageHead title={t("nav.registry")} />
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label={t("registry.find")}
            placeholder={t("registry.find")}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        {[...modules].map(([module, tasks]) => (
          <Names key={module} title={module} names={tasks.map((one) => [one.name, one.name])} subject={subject} />
        ))}
        {workflows.length > 0 && (
          <Names
            title={t("registry.workflows")}
            names={workflows.map((one) => [`workflow:${one.name}`, one.name])}
            subject={subject}
          />
        )}
      </aside>
      <div class="detail">
        {subject !== "" && (
          <a class="back" href={linkTo("registry")}>
            <Icon name="back" />
            {t("nav.registry")}
          </a>
        )}
        {task !== undefined && <TaskDetail key={task.name} task={task} />}
        {workflow !== undefined && <WorkflowDetail key={workflow.name} workflow={workflow} />}
        {task === undefined && workflow === undefined && (
          <Notice>{subject === "" ? t("registry.choose") : t("registry.unknown", { name: subject })}</Notice>
        )}
      </div>
    </div>
  );
}

function Names({
  title,
  names,
  subject,
}: {
  title: string;
  names: readonly (readonly [string, string])[];
  subject: string;
}) {
  return (
    <>
      <h2>{title}</h2>
      <ul class="names">
        {names.map(([id, name]) => (
          <li key={id}>
            <a href={linkTo("registry", id)} aria-current={id === subject ? "page" : undefined}>
              {name.startsWith(`${title}.`) ? name.slice(title.length + 1) : name}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function TaskDetail({ task }: { task: RegisteredTask }) {
  return (
    <>
      <PageHead title={task.name} sub={t("registry.queue", { queue: task.queue })}>
        <a class="button" href={linkTo("tasks", "", { task: task.name })}>
          {t("registry.runs")}
        </a>
        <a class="button" href={linkTo("insights", task.name)}>
          {t("nav.insights")}
        </a>
      </PageHead>
      <div class="columns even">
        <Section title={t("form.title")}>
          <RunForm task={task} />
        </Section>
        <Section title={t("registry.limits")}>
          <dl class="facts">
            <dt>{t("registry.soft")}</dt>
            <dd>{task.soft_time_limit === null ? t("registry.no_limit") : duration(task.soft_time_limit)}</dd>
            <dt>{t("registry.hard")}</dt>
            <dd>{duration(task.time_limit)}</dd>
            <dt>{t("registry.retries")}</dt>
            <dd>{task.max_retries === null ? t("registry.no_limit") : task.max_retries}</dd>
            <dt>{t("registry.delay")}</dt>
            <dd>
              {task.retry_backoff === false
                ? duration(task.retry_delay)
                : t("registry.backoff", { max: duration(task.retry_backoff_max) })}
            </dd>
            {task.autoretry_for.length > 0 && (
              <>
                <dt>{t("registry.autoretry")}</dt>
                <dd>{task.autoretry_for.join(", ")}</dd>
              </>
            )}
            {task.rate_limit !== null && (
              <>
                <dt>{t("registry.rate")}</dt>
                <dd>{task.rate_limit}</dd>
              </>
            )}
            {task.schedules.map((schedule) => (
              <Fragment key={schedule.name}>
                <dt>{t("registry.schedule")}</dt>
                <dd>
                  <a href={linkTo("schedules")}>
                    <code>{schedule.expression}</code>
                  </a>{" "}
                  {schedule.timezone}
                </dd>
              </Fragment>
            ))}
            <dt>{t("registry.result")}</dt>
            <dd>{task.ignore_result ? t("registry.ignored") : t("registry.kept")}</dd>
          </dl>
          <h3>{t("registry.args")}</h3>
          <Json value={task.args} label={t("registry.args")} />
          <h3>{t("registry.kwargs")}</h3>
          <Json value={task.kwargs} label={t("registry.kwargs")} />
        </Section>
      </div>
    </>
  );
}
