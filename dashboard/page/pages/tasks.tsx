import { useEffect, useMemo, useState } from "preact/hooks";
import { count } from "../format.ts";
import { useLive } from "../live.ts";
import { Failure, Loading, Notice, PageHead, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { isFinal } from "../parts/status.tsx";
import { type Selection, TaskTable } from "../parts/task-table.tsx";
import { go, linkTo } from "../router.ts";
import { mergeLook, search } from "../search.ts";
import { t } from "../text/index.ts";
import { BulkBar } from "./bulk.tsx";
import { type Filter, Filters, isWanted, sinceOf, toRequest } from "./task-filters.tsx";

/** Tasks of a page, and those that a page may grow to while it is watched. */
const PAGE = 50;
const MOST = 200;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The tasks, newest first. */
export function TasksPage({ query }: { query: Filter }) {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const by = JSON.stringify(query);
  useEffect(() => setCursors([]), [by]);
  const cursor = cursors.at(-1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => setSelected(new Set()), [by]);
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  const change = (filter: Filter): void => {
    const text = filter["text"]?.trim() ?? "";
    if (UUID.test(text)) go(linkTo("task", text.toLowerCase()));
    else go(linkTo("tasks", "", filter), true);
  };
  return (
    <>
      <PageHead title={t("nav.tasks")} />
      <Filters filter={query} onChange={change} />
      {(Object.keys(query).length > 0 || selected.size > 0) && <BulkBar filter={query} selected={selected} />}
      <TaskPages
        key={by + (cursor ?? "")}
        filter={query}
        selection={{ ids: selected, toggle }}
        cursor={cursor}
        page={cursors.length}
        onNext={(next) => setCursors([...cursors, next])}
        onBack={() => setCursors(cursors.slice(0, -1))}
      />
    </>
  );
}

interface PagesProps {
  readonly filter: Filter;
  readonly selection: Selection;
  readonly cursor: string | undefined;
  readonly page: number;
  readonly onNext: (cursor: string) => void;
  readonly onBack: () => void;
}

function TaskPages({ filter, selection, cursor, page, onNext, onBack }: PagesProps) {
  const since = useMemo(() => sinceOf(filter), [filter]);
  const { value, error, loading, reload, set } = useLoad(
    (signal) => search(toRequest(filter), PAGE, cursor, signal),
    [],
  );
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [flood, setFlood] = useState(false);
  const tasks = value?.tasks ?? [];
  const grows = cursor === undefined && filter["until"] === undefined && !flood;
  const open = tasks.filter((task) => !isFinal(task.status)).map((task) => task.task_id);

  useLive({ tasks: cursor === undefined, ids: open }, (look) => {
    if (value === null) return;
    const merged = mergeLook(tasks, look, grows ? (task) => isWanted(task, filter, since) : () => false);
    if (cursor === undefined && (look.more || merged.length > MOST)) setFlood(true);
    const before = new Set(tasks.map((task) => task.task_id));
    const added = merged.filter((task) => !before.has(task.task_id)).map((task) => task.task_id);
    if (added.length > 0) setFresh(new Set(added));
    if (merged !== tasks) set({ ...value, tasks: merged.slice(0, MOST) });
  });

  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  const again = (): void => {
    setFlood(false);
    reload();
  };
  return (
    <div class={loading ? "busy" : undefined}>
      {flood && cursor === undefined && (
        <button type="button" class="news" onClick={again}>
          {t("tasks.more_new")}
        </button>
      )}
      {tasks.length === 0 ? (
        <Notice>
          {value.cursor === null ? t("tasks.none") : t("tasks.none_yet", { searched: count(value.searched) })}
        </Notice>
      ) : (
        <TaskTable tasks={tasks} label={t("nav.tasks")} fresh={fresh} selection={selection} />
      )}
      <div class="pager">
        <button type="button" disabled={page === 0} onClick={onBack}>
          <Icon name="back" />
          {t("pager.newer")}
        </button>
        <span class="muted" role="status">
          {t("pager.page", { page: page + 1, tasks: count(tasks.length) })}
        </span>
        <button
          type="button"
          disabled={value.cursor === null}
          onClick={() => value.cursor !== null && onNext(value.cursor)}
        >
          {t("pager.older")}
          <Icon name="next" />
        </button>
      </div>
    </div>
  );
}
