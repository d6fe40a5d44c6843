/** What events of a stage are from: rules match it, and roles may put no others. */
export function eventSource(stage: string): string {
  return `celeriac.${stage}`;
}

/** The end of each task, however it came. */
export const TASK_ENDED = "Celeriac Task Ended";
/** The end of each canvas that was submitted; of the canvases within it nothing is said. */
export const CANVAS_ENDED = "Celeriac Canvas Ended";
