import { useState } from "preact/hooks";
import { type Members, type State, get, queryOf } from "../api.ts";
import { count } from "../format.ts";
import { useLive } from "../live.ts";
import { Failure, Loading, Section, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { isFinal, lookOf } from "../parts/status.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";

const PAGE = 100;

/** The members of a wide group, a hundred at a time, each a cell in the colour of its state. */
export function MemberGrid({ group, total }: { group: string; total: number }) {
  const [page, setPage] = useState(0);
  const { value, error } = useLoad(
    (signal) => get<Members>(`/canvases/${group}/members${queryOf({ offset: page * PAGE, limit: PAGE })}`, signal),
    [group, page],
  );
  const [states, setStates] = useState<ReadonlyMap<string, State>>(new Map());
  const members = value?.members.map((member) => ({ ...member, ...states.get(member.task_id) })) ?? [];
  useLive({ ids: members.filter((member) => !isFinal(member.status)).map((member) => member.task_id) }, (look) => {
    const shown = new Set(members.map((member) => member.task_id));
    const told = look.states.filter((state) => shown.has(state.task_id));
    if (told.length > 0) setStates(new Map([...states, ...told.map((state) => [state.task_id, state] as const)]));
  });
  const pages = Math.ceil(total / PAGE);
  const range = { from: count(page * PAGE), to: count(Math.min(total, (page + 1) * PAGE) - 1), total: count(total) };
  const pager = (
    <div class="pager tight">
      <button
        type="button"
        class="plain"
        aria-label={t("pager.back")}
        disabled={page === 0}
        onClick={() => setPage(page - 1)}
      >
        <Icon name="back" />
      </button>
      <select
        aria-label={t("members.page")}
        value={page}
        onChange={(event) => setPage(Number(event.currentTarget.value))}
      >
        {Array.from({ length: pages }, (_, n) => (
          <option key={n} value={n}>
            {`${n * PAGE} – ${Math.min(total, (n + 1) * PAGE) - 1}`}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="plain"
        aria-label={t("pager.next")}
        disabled={page + 1 >= pages}
        onClick={() => setPage(page + 1)}
      >
        <Icon name="next" />
      </button>
    </div>
  );
  return (
    <Section title={t("members.title", range)} aside={pager}>
      {error !== null && <Failure error={error} />}
      {value === null && error === null && <Loading />}
      <ol class="cells" start={page * PAGE}>
        {members.map((member) => (
          <li key={member.index}>
            <a
              class={lookOf(member.status)}
              href={linkTo("task", member.task_id)}
              title={`#${member.index} ${member.task ?? member.kind} ${member.status}`}
              aria-label={`#${member.index} ${member.status}`}
              data-status={member.status}
            >
              {member.index}
            </a>
          </li>
        ))}
      </ol>
    </Section>
  );
}
