/** Paths of the icons in a square of 16, drawn as lines. */
const PATHS = {
  overview: "M2 9l4-4 3 3 5-6M2 14h12",
  tasks: "M2 4h1M6 4h8M2 8h1M6 8h8M2 12h1M6 12h8",
  graph: "M4 8h3M9.5 4.5H9a2 2 0 0 0-2 2v3a2 2 0 0 0 2 2h.5M1.5 6.5h2.5v3H1.5zM10 3h4v3h-4zM10 10h4v3h-4z",
  runs: "M2 3.5h5v3H2zM9 9.5h5v3H9zM4.5 6.5v4.5H9",
  schedules: "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5v3M10.5 2.5v3M8 9v1.5l1.5 1",
  edit: "M3 13l.6-2.8 7.2-7.2 2.2 2.2-7.2 7.2zM9.6 4.2l2.2 2.2",
  queues: "M2 4.5h12M2 8h12M2 11.5h12M5 3v3M8 6.5v3M11 10v3",
  registry: "M3 2.5h7l3 3v8H3zM9.5 2.5V6H13M5.5 9h5M5.5 11.5h5",
  insights: "M8 2a4 4 0 0 1 2.5 7.2V11h-5V9.2A4 4 0 0 1 8 2zM6 13.5h4",
  sun: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  check: "M3.5 8.5l3 3 6-7",
  cross: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2 1.5",
  play: "M5.5 3.5l7 4.5-7 4.5z",
  retry: "M3 8a5 5 0 0 1 8.7-3.3L13 6M13 2.5V6H9.5M13 8a5 5 0 0 1-8.7 3.3L3 10M3 13.5V10h3.5",
  stop: "M4.5 4.5h7v7h-7z",
  ban: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM4.2 4.2l7.6 7.6",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.5 3.5",
  next: "M6 3.5L10.5 8 6 12.5",
  back: "M10 3.5L5.5 8l4.5 4.5",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  link: "M6.5 9.5l3-3M7 5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.8 2.8 0 0 1-4-4L5 7",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon. What it means must stand beside it, or in a label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
