import { useEffect, useState } from "preact/hooks";
import { type Run, type RunsPage as Page, get, queryOf } from "../api.ts";
import { count, duration } from "../format.ts";
import { Failure, Loading, Notice, PageHead, Time, shortId, useLoad } from "../parts/basics.tsx";
import { SearchField, StateChips } from "../parts/filter-fields.tsx";
import { Icon } from "../parts/icons.tsx";
import { Bar, Status, isFinal } from "../parts/status.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { type Filter, RangeSelect, sinceOf } from "./task-filters.tsx";

const STATES = ["PENDING", "STARTED", "SUCCESS", "FAILURE", "REVOKED"];
const PAGE = 25;
/** Milliseconds between two readings while something of the page runs, and while nothing does. */
const BEAT = { busy: 2_000, idle: 10_000 };

/** The runs of canvases and workflows, newest first. */
export function RunsPage({ query }: { query: Filter }) {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const by = JSON.stringify(query);
  useEffect(() => setCursors([]), [by]);
  const cursor = cursors.at(-1);
  const { value, error, reload } = useLoad(
    (signal) => {
      const { status, text } = query;
      return get<Page>(`/canvases${queryOf({ status, text, since: sinceOf(query), limit: PAGE, cursor })}`, signal);
    },
    [by, cursor],
  );
  const runs = value?.canvases ?? [];
  const busy = runs.some((run) => !isFinal(run.status));
  useEffect(() => {
    if (cursor !== undefined) return undefined;
    const timer = setInterval(() => !document.hidden && reload(), busy ? BEAT.busy : BEAT.idle);
    return () => clearInterval(timer);
  }, [busy, cursor]);
  return (
    <>
      <PageHead title={t("nav.runs")} sub={t("runs.sub")} />
      <Filters filter={query} />
      {error !== null && <Failure error={error} retry={reload} />}
      {value === null && error === null && <Loading />}
      {value !== null && runs.length === 0 && <Notice>{t("runs.none")}</Notice>}
      {runs.length > 0 && <RunTable runs={runs} />}
      {value !== null && (
        <div class="pager">
          <button type="button" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            <Icon name="back" />
            {t("pager.newer")}
          </button>
          <span class="muted" role="status">
            {t("runs.page", { page: cursors.length + 1, runs: count(runs.length) })}
          </span>
          <button
            type="button"
            disabled={value.cursor === null}
            onClick={() => value.cursor !== null && setCursors([...cursors, value.cursor])}
          >
            {t("pager.older")}
            <Icon name="next" />
          </button>
        </div>
      )}
    </>
  );
}

function Filters({ filter }: { filter: Filter }) {
  const set = (name: string, value: string): void => {
    const { [name]: _, ...rest } = filter;
    go(linkTo("runs", "", value === "" ? rest : { ...rest, [name]: value }), true);
  };
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField label={t("runs.find")} value={filter["text"] ?? ""} onSearch={(text) => set("text", text.trim())} />
      <div class="selects">
        <RangeSelect value={filter["range"] ?? ""} onChange={(value) => set("range", value)} />
      </div>
      <StateChips states={STATES} value={filter["status"] ?? ""} onChange={(value) => set("status", value)} />
    </form>
  );
}

function RunTable({ runs }: { runs: readonly Run[] }) {
  return (
    <Table
      kind="runs"
      label={t("nav.runs")}
      columns={columns()}
      rows={runs}
      keyOf={(run) => run.task_id}
      onClick={(run, event) => {
        const target = event.target instanceof Element ? event.target : null;
        if (target?.closest("a") === null && getSelection()?.isCollapsed !== false) go(linkTo("canvas", run.task_id));
      }}
    />
  );
}

function columns(): Column<Run>[] {
  return [
    { title: t("task.status"), class: "c-status", cell: (run) => <Status status={run.status} /> },
    {
      title: t("runs.run"),
      class: "c-run",
      cell: (run) => (
        <a href={linkTo("canvas", run.task_id)} title={run.shape}>
          {run.name === null ? run.shape : <b>{run.name}</b>}
          {run.name !== null && <span class="muted"> {run.shape}</span>}
        </a>
      ),
    },
    { title: t("runs.tasks"), class: "c-tasks", cell: (run) => <Counts run={run} /> },
    {
      title: t("task.error"),
      class: "c-error",
      cell: (run) =>
        run.error !== null && (
          <span class="error-text" title={run.error.message}>
            {run.error.type}: {run.error.message}
          </span>
        ),
    },
    { title: t("runs.duration"), class: "c-runtime", number: true, cell: (run) => duration(run.duration) },
    {
      title: t("runs.by"),
      class: "c-by",
      cell: (run) => <span class="muted">{run.submitted_by ?? run.origin}</span>,
    },
    { title: t("task.id"), class: "c-id", cell: (run) => <code>{shortId(run.task_id)}</code> },
    { title: t("task.created"), class: "c-created", cell: (run) => <Time at={run.created_at} /> },
  ];
}

function Counts({ run }: { run: Run }) {
  const { total, completed, failed, running } = run;
  const words = t("group.counts", { total: count(total), completed: count(completed), failed: count(failed) });
  return (
    <span class="run-counts" title={words}>
      <Bar
        label={words}
        total={total}
        parts={[
          ["success", completed],
          ["failure", failed],
          ["started", running],
        ]}
      />
      <span>
        {t("runs.counts", { completed: count(completed), total: count(total) })}
        {failed > 0 && <span class="error-text"> {t("runs.failed", { failed: count(failed) })}</span>}
      </span>
    </span>
  );
}
