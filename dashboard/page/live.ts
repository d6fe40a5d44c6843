import { useEffect, useRef, useState } from "preact/hooks";
import { type Look, type Queue, get, getLocal, queryOf } from "./api.ts";
import { createSignal } from "./signal.ts";

/** What a part of the page wants to know each second. */
export interface Need {
  /** Whether new tasks are wanted. */
  readonly tasks?: boolean;
  /** Tasks and groups whose states are wanted; the first 100 of all needs together are asked for. */
  readonly ids?: readonly string[];
  /** Whether the numbers of the queues are wanted. */
  readonly queues?: boolean;
}

/** How often the page looks: each second; less often where nothing happens; not at all. */
export type Pace = "live" | "slow" | "paused" | "still" | "offline";

/** The queues at one moment. */
export interface Sample {
  /** Seconds since 1970. */
  readonly time: number;
  readonly queues: readonly Queue[];
  /** Seconds for which each queue's oldest message has waited; null where that is not known. */
  readonly ages: Readonly<Record<string, number>> | null;
}

interface Watcher {
  need: Need;
  seen: (look: Look) => void;
}

const MAX_IDS = 100;
/**
 * Milliseconds between looks while something happens (with the request itself a second, in which each change shows),
 * after a minute in which nothing did, after five, and after a failure.
 */
const PACES = { busy: 900, idle: 5_000, asleep: 15_000, failed: 5_000 };
const IDLE_AFTER = 60_000;
const ASLEEP_AFTER = 300_000;
/** Milliseconds between looks at the queues, and at the ages of their oldest messages. */
const QUEUE_BEAT = 5_000;
/** Samples that are kept: an hour of them. */
const MAX_SAMPLES = 720;

const watchers = new Set<Watcher>();
const looked = createSignal();
const samples: Sample[] = [];
const known = new Map<string, string>();
let since: string | undefined;
let lastActivity = Date.now();
let lastQueues = 0;
let timer: number | undefined;
let looking = false;
let paused = false;
let failing = false;
let looks = 0;

function mergedNeed(): Required<Need> {
  const needs = [...watchers].map((watcher) => watcher.need);
  return {
    tasks: needs.some((need) => need.tasks === true),
    queues: needs.some((need) => need.queues === true),
    ids: [...new Set(needs.flatMap((need) => need.ids ?? []))].slice(0, MAX_IDS),
  };
}

function isNeeded({ tasks, queues, ids }: Required<Need>): boolean {
  return tasks || queues || ids.length > 0;
}

/** How often the page looks now. */
export function paceOf(): Pace {
  if (paused) return "paused";
  if (failing) return "offline";
  if (!isNeeded(mergedNeed())) return "still";
  return Date.now() - lastActivity < IDLE_AFTER ? "live" : "slow";
}

function interval(): number {
  if (failing) return PACES.failed;
  const { tasks, ids } = mergedNeed();
  // Queues alone are looked at no faster than their own beat.
  const fastest = tasks || ids.length > 0 ? PACES.busy : QUEUE_BEAT;
  const idle = Date.now() - lastActivity;
  return Math.max(fastest, idle < IDLE_AFTER ? PACES.busy : idle < ASLEEP_AFTER ? PACES.idle : PACES.asleep);
}

function schedule(wait: number): void {
  clearTimeout(timer);
  if (paused || document.hidden) return;
  timer = setTimeout(() => void look(), wait);
}

async function look(): Promise<void> {
  const need = mergedNeed();
  if (looking || paused || document.hidden || !isNeeded(need)) return;
  looking = true;
  const queues = need.queues && Date.now() - lastQueues >= QUEUE_BEAT - 500;
  if (queues) lastQueues = Date.now();
  try {
    const query = queryOf({
      since: need.tasks ? since : undefined,
      ids: need.ids.join(","),
      queues: queues ? "true" : undefined,
    });
    const names = (samples.at(-1)?.queues ?? []).map((queue) => queue.name).join(",");
    const [seen, ages] = await Promise.all([get<Look>(`/live${query}`), queues ? agesOf(names) : null]);
    since = seen.now;
    looks += 1;
    failing = false;
    if (seen.queues !== null) keepSample({ time: Date.parse(seen.now) / 1000, queues: seen.queues, ages });
    if (isNews(seen)) lastActivity = Date.now();
    for (const watcher of watchers) watcher.seen(seen);
  } catch {
    failing = true;
  }
  looking = false;
  looked.notify();
  schedule(interval());
}

/**
 * How long messages have waited, as the server beside the page may know. A stage whose metrics the user may not read
 * shows its queues without.
 */
async function agesOf(queues: string): Promise<Sample["ages"]> {
  const answer = await getLocal<{ ages: Sample["ages"] }>(`/source/ages?queues=${queues}`).catch(() => null);
  return answer?.ages ?? null;
}

function keepSample(sample: Sample): void {
  samples.push(sample);
  if (samples.length > MAX_SAMPLES) samples.shift();
}

/** Whether a look told something that the one before did not. */
function isNews(seen: Look): boolean {
  let news = false;
  if (known.size > 2_000) known.clear();
  for (const state of [...seen.states, ...seen.tasks]) {
    const text = `${state.status} ${state.progress?.current} ${"completed" in state ? state.completed : ""}`;
    if (known.get(state.task_id) !== text) news = true;
    known.set(state.task_id, text);
  }
  return news;
}

function wake(): void {
  const slow = Date.now() - lastActivity > IDLE_AFTER;
  lastActivity = Date.now();
  if (slow) schedule(0);
}

/** Begins to follow the user: looks stop while the page is hidden, and go faster when somebody uses it. */
export function startLive(): void {
  for (const event of ["pointerdown", "keydown", "wheel", "hashchange"])
    addEventListener(event, wake, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    lastActivity = Date.now();
    schedule(0);
  });
}

/** Stops and starts the looks by hand. */
export function setPaused(value: boolean): void {
  paused = value;
  lastActivity = Date.now();
  schedule(0);
  looked.notify();
}

/** Has `seen` called with each look for as long as the part is shown. */
export function useLive(need: Need, seen: (look: Look) => void): void {
  const watcher = useRef<Watcher>({ need, seen });
  const before = JSON.stringify(watcher.current.need);
  watcher.current.need = need;
  watcher.current.seen = seen;
  const changed = before !== JSON.stringify(need);
  useEffect(() => {
    const { current } = watcher;
    watchers.add(current);
    schedule(0);
    return () => {
      watchers.delete(current);
    };
  }, []);
  useEffect(() => {
    if (changed && !looking) schedule(200);
  });
}

/** The pace, and how many looks there were. */
export function usePace(): { pace: Pace; looks: number } {
  looked.use();
  return { pace: paceOf(), looks };
}

/** The queues since the page was opened, oldest first. */
export function useSamples(): readonly Sample[] {
  const [, redraw] = useState({});
  useLive({ queues: true }, (look) => {
    if (look.queues !== null) redraw({});
  });
  return samples;
}
