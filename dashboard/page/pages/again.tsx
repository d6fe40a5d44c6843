import { useEffect, useState } from "preact/hooks";
import { type NodeData, type Submission, get, post } from "../api.ts";
import { readJson } from "../form/values.ts";
import { Failure, Loading, PageHead, Section, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";

/** What was submitted, to be changed and run again. */
export function AgainPage({ id }: { id: string }) {
  const { value, error, reload } = useLoad(
    (signal) => get<NodeData>(`/canvases/${encodeURIComponent(id)}/node`, signal),
    [id],
  );
  const [text, setText] = useState("");
  const [bad, setBad] = useState(false);
  const [refused, setRefused] = useState<Error | null>(null);
  useEffect(() => {
    if (value !== null) setText(JSON.stringify(value.node, null, 2));
  }, [value]);
  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { value: node, faults } = readJson("node", text, {});
    setBad("node" in faults);
    if ("node" in faults) return;
    try {
      const { task_id: started, tasks } = await post<Submission>("/canvas", node);
      go(linkTo(tasks.length === 1 ? "task" : "canvas", started));
    } catch (thrown) {
      setRefused(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  return (
    <>
      <PageHead title={t("again.title")} sub={t("again.sub")} />
      <Section title={t("again.node")}>
        <form class="run" onSubmit={(event) => void run(event)}>
          <div class={`field ${bad ? "at-fault" : ""}`}>
            <label class="visually-hidden" for="node">
              {t("again.node")}
            </label>
            <textarea
              id="node"
              rows={Math.min(28, Math.max(8, text.split("\n").length + 1))}
              spellcheck={false}
              aria-invalid={bad}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            {bad && <small>{t("form.json")}</small>}
          </div>
          {refused !== null && <Failure error={refused} />}
          <button type="submit" class="primary">
            <Icon name="play" />
            {t("form.run")}
          </button>
        </form>
      </Section>
    </>
  );
}
