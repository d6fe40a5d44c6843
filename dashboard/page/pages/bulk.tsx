import { useEffect, useState } from "preact/hooks";
import { type BulkResult, post } from "../api.ts";
import { count } from "../format.ts";
import { Confirm } from "../parts/basics.tsx";
import { Icon, type IconName } from "../parts/icons.tsx";
import { type TextKey, t } from "../text/index.ts";
import { type Filter, toRequest } from "./task-filters.tsx";

type Action = BulkResult["action"];

const ACTIONS: readonly { action: Action; text: TextKey; icon: IconName; danger: boolean }[] = [
  { action: "retry", text: "action.retry", icon: "retry", danger: false },
  { action: "revoke", text: "action.revoke", icon: "ban", danger: true },
  { action: "forget", text: "action.forget", icon: "cross", danger: true },
];

/** Tasks that are acted on at the most, and with one request: so that the bar moves. */
const LIMIT = 10_000;
const STEP = 200;

/** What can be done with all tasks that fit the filter, or with those that are selected. */
export function BulkBar({ filter, selected }: { filter: Filter; selected: ReadonlySet<string> }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const [told, setTold] = useState("");
  return (
    <div class="bulk" role="group" aria-label={t("bulk.what")}>
      <span>{selected.size > 0 ? t("bulk.selected", { count: count(selected.size) }) : t("bulk.what")}</span>
      {ACTIONS.map(({ action, text, icon, danger }) => (
        <button key={action} type="button" class={danger ? "danger" : ""} onClick={() => setAsked(action)}>
          <Icon name={icon} />
          {t(text)}…
        </button>
      ))}
      {told !== "" && <span role="status">{told}</span>}
      {asked !== null && (
        <Question action={asked} filter={filter} selected={selected} onTold={setTold} onClose={() => setAsked(null)} />
      )}
    </div>
  );
}

/** Goes on from page to page. @param seen is called after each with what has been done so far. */
async function throughAll(
  body: Readonly<Record<string, unknown>>,
  limit: number,
  seen: (matched: number, done: number, refused: number) => boolean,
): Promise<boolean> {
  let [matched, done, refused] = [0, 0, 0];
  let cursor: string | null = null;
  do {
    const page: BulkResult = await post<BulkResult>("/tasks/bulk", {
      ...body,
      ...(body["task_ids"] === undefined && { limit: Math.min(STEP, limit - matched) }),
      ...(cursor === null ? {} : { cursor }),
    });
    matched += page.matched;
    done += page.done;
    refused += page.refused.length;
    ({ cursor } = page);
    if (!seen(matched, done, refused)) return false;
  } while (cursor !== null && matched < limit);
  return cursor !== null;
}

function Question(props: {
  action: Action;
  filter: Filter;
  selected: ReadonlySet<string>;
  onTold: (text: string) => void;
  onClose: () => void;
}) {
  const { action, filter, selected, onTold, onClose } = props;
  const [matched, setMatched] = useState(0);
  const [counted, setCounted] = useState<{ readonly more: boolean } | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const body =
    selected.size > 0
      ? { action, task_ids: [...selected] }
      : { action, filter: Object.fromEntries(Object.entries(toRequest(filter)).filter(([, value]) => value)) };
  useEffect(() => {
    let open = true;
    const count = (found: number): boolean => {
      if (open) setMatched(found);
      return open;
    };
    void throughAll({ ...body, dry_run: true }, LIMIT, count).then((more) => open && setCounted({ more }));
    return () => {
      open = false;
    };
  }, []);
  const run = async (): Promise<void> => {
    let last = { done: 0, refused: 0 };
    await throughAll(body, LIMIT, (_matched, now, refused) => {
      last = { done: now, refused };
      setDone(now);
      return true;
    });
    onTold(t("bulk.done", { done: count(last.done), refused: count(last.refused) }));
  };
  const text = ACTIONS.find((one) => one.action === action);
  const name = t(text?.text ?? "action.retry");
  return (
    <Confirm
      title={t("bulk.title", { action: name })}
      action={name}
      danger={text?.danger === true}
      disabled={counted === null || matched === 0}
      onConfirm={run}
      onClose={onClose}
    >
      <p aria-live="polite">
        {t(selected.size > 0 ? "bulk.count_selected" : "bulk.count", { count: count(matched) })}{" "}
        {counted === null && t("bulk.counting")}
        {counted?.more === true && t("bulk.more", { limit: count(LIMIT) })}
      </p>
      {done !== null && (
        <>
          <progress max={Math.max(1, matched)} value={done} aria-label={t("task.progress")} />
          <p>{t("bulk.progress", { done: count(done), total: count(matched) })}</p>
        </>
      )}
    </Confirm>
  );
}
