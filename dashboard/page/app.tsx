import { useEffect, useRef } from "preact/hooks";
import { type SourceInfo, getLocal } from "./api.ts";
import { type Pace, setPaused, usePace } from "./live.ts";
import { AgainPage } from "./pages/again.tsx";
import { CanvasPage } from "./pages/canvas.tsx";
import { InsightsPage } from "./pages/insights.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { QueuesPage } from "./pages/queues.tsx";
import { RegistryPage } from "./pages/registry.tsx";
import { RunsPage } from "./pages/runs.tsx";
import { SchedulesPage } from "./pages/schedules.tsx";
import { TaskPage } from "./pages/task.tsx";
import { TasksPage } from "./pages/tasks.tsx";
import { Notice, useLoad } from "./parts/basics.tsx";
import { Icon, type IconName } from "./parts/icons.tsx";
import { setPrefs, usePrefs } from "./prefs.ts";
import { type Route, linkTo, useRoute } from "./router.ts";
import { type TextKey, t } from "./text/index.ts";

/** The pages of the navigation, in order; those about one subject light up the page that leads to them. */
const NAVIGATION: readonly { page: string; icon: IconName; text: TextKey; also?: readonly string[] }[] = [
  { page: "overview", icon: "overview", text: "nav.overview" },
  { page: "tasks", icon: "tasks", text: "nav.tasks", also: ["task"] },
  { page: "runs", icon: "runs", text: "nav.runs", also: ["canvas", "again"] },
  { page: "schedules", icon: "schedules", text: "nav.schedules" },
  { page: "queues", icon: "queues", text: "nav.queues" },
  { page: "registry", icon: "registry", text: "nav.registry" },
  { page: "insights", icon: "insights", text: "nav.insights" },
];

/** The whole page. */
export function App() {
  const route = useRoute();
  const prefs = usePrefs();
  const main = useRef<HTMLElement>(null);
  const { value: source } = useLoad(() => getLocal<SourceInfo>("/source"), []);
  // A user who changes the page by keyboard or screen reader goes on from its beginning.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    scrollTo(0, 0);
  }, [route.page, route.subject]);

  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("nav.skip")}
      </a>
      <header class="top">
        <a class="brand" href={linkTo("overview")}>
          <img src="icon.svg" alt="" width="24" height="24" />
          Celeriac
        </a>
        {source !== null && (
          <span class="stage" title={t("stage")}>
            {source.stage}
          </span>
        )}
        <span class="spread" />
        <LiveButton />
        <button
          type="button"
          class="plain"
          lang={prefs.language === "ko" ? "en" : "ko"}
          onClick={() => setPrefs({ language: prefs.language === "ko" ? "en" : "ko" })}
        >
          {prefs.language === "ko" ? "EN" : "KO"}
          <span class="visually-hidden"> {prefs.language === "ko" ? "English" : "한국어"}</span>
        </button>
        <button
          type="button"
          class="plain"
          aria-label={t(prefs.theme === "dark" ? "theme.light" : "theme.dark")}
          title={t(prefs.theme === "dark" ? "theme.light" : "theme.dark")}
          onClick={() => setPrefs({ theme: prefs.theme === "dark" ? "light" : "dark" })}
        >
          <Icon name={prefs.theme === "dark" ? "sun" : "moon"} />
        </button>
      </header>
      <nav aria-label={t("nav.label")}>
        {NAVIGATION.map(({ page, icon, text, also }) => {
          const current = route.page === page || also?.includes(route.page) === true;
          return (
            <a key={page} href={linkTo(page)} aria-current={current ? "page" : undefined}>
              <Icon name={icon} />
              {t(text)}
            </a>
          );
        })}
      </nav>
      <main id="main" tabIndex={-1} ref={main}>
        <Page route={route} logs={source?.logs ?? false} />
      </main>
    </div>
  );
}

function Page({ route, logs }: { route: Route; logs: boolean }) {
  const { page, subject, query } = route;
  if (page === "overview") return <OverviewPage query={query} />;
  if (page === "tasks") return <TasksPage query={query} />;
  if (page === "runs") return <RunsPage query={query} />;
  if (page === "schedules") return <SchedulesPage />;
  if ((page === "task" || page === "canvas" || page === "again") && subject === "")
    return <Notice>{t("nav.nothing")}</Notice>;
  if (page === "task") return <TaskPage key={subject} id={subject} hasLogs={logs} />;
  if (page === "again") return <AgainPage key={subject} id={subject} />;
  if (page === "canvas") return <CanvasPage key={subject} id={subject} />;
  if (page === "queues") return <QueuesPage />;
  if (page === "registry") return <RegistryPage subject={subject} />;
  if (page === "insights") return <InsightsPage subject={subject} />;
  return <Notice>{t("nav.nothing")}</Notice>;
}

const PACE_TEXTS: Readonly<Record<Pace, TextKey>> = {
  live: "live.live",
  slow: "live.slow",
  paused: "live.paused",
  still: "live.still",
  offline: "live.offline",
};

/** Says how often the page looks, and stops it. */
function LiveButton() {
  const { pace, looks } = usePace();
  const paused = pace === "paused";
  return (
    <button
      type="button"
      class={`pace ${pace}`}
      aria-pressed={paused}
      title={t("live.title", { looks })}
      onClick={() => setPaused(!paused)}
    >
      <i />
      {t(PACE_TEXTS[pace])}
    </button>
  );
}
