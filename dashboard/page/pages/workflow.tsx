import { useState } from "preact/hooks";
import { type Submission, type Workflow, post } from "../api.ts";
import { readJson } from "../form/values.ts";
import { Failure, PageHead, Section } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Json } from "../parts/json.tsx";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";

/** A named workflow: its canvas, and a form that runs it. */
export function WorkflowDetail({ workflow }: { workflow: Workflow }) {
  const [args, setArgs] = useState("");
  const [bad, setBad] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { value, faults } = readJson("args", args, []);
    setBad("args" in faults);
    if ("args" in faults) return;
    try {
      const { task_id: id } = await post<Submission>(`/workflows/${workflow.name}`, { args: value });
      go(linkTo("canvas", id));
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  return (
    <>
      <PageHead title={workflow.name} sub={t("registry.tasks", { count: workflow.tasks.length })} />
      <div class="columns even">
        <Section title={t("form.title")}>
          <form class="run" onSubmit={(event) => void run(event)}>
            <div class={`field ${bad ? "at-fault" : ""}`}>
              <label for="workflow-args">{t("form.args_json")}</label>
              <textarea
                id="workflow-args"
                rows={3}
                spellcheck={false}
                aria-describedby="workflow-args-hint"
                value={args}
                onInput={(event) => setArgs(event.currentTarget.value)}
              />
              <small id="workflow-args-hint">{bad ? t("form.json") : "[1, 2]"}</small>
            </div>
            {error !== null && <Failure error={error} />}
            <button type="submit" class="primary">
              <Icon name="play" />
              {t("form.run")}
            </button>
          </form>
        </Section>
        <Section title={t("registry.canvas")}>
          <Json value={workflow.node} label={t("registry.canvas")} />
        </Section>
      </div>
    </>
  );
}
