import { describeSchedules, findSchedule } from "../../../src/ask/schedules.ts";
import type { ScheduleAnswer, SchedulesAnswer } from "../../../src/core/http/answer-schemas.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { type ApiAnswer, type ApiRequest, type Operation, answer, param, parseBody } from "../http/request.ts";
import type { Services } from "../../../src/aws/services.ts";
import { submitOne } from "./submission.ts";

/** `GET /schedules`: what runs by itself, how it went last, and when it comes next. */
export const listSchedules: Operation = async (request, services) =>
  answer(200, { schedules: await describeSchedules(services, request.caller) } satisfies SchedulesAnswer);

/** `POST /schedules/{name}/run`: what the schedule runs, at once and besides. */
export const runSchedule: Operation = async (request, services) => {
  parseBody(request, EmptyBody);
  const { task, schedule } = findSchedule(services, param(request, "name"));
  const { args, kwargs } = schedule;
  return submitOne(request, services, { task: task.name, args, kwargs, options: {}, immutable: false });
};

/** `POST /schedules/{name}/pause`: it runs no more until it is resumed, whatever is deployed meanwhile. */
export const pauseSchedule: Operation = async (request, services) => {
  const name = named(request, services);
  await services.schedules.pause(name, services.now());
  return told(request, services, name);
};

/** `POST /schedules/{name}/resume`: it runs again from its next slot on. */
export const resumeSchedule: Operation = async (request, services) => {
  const name = named(request, services);
  await services.schedules.resume(name);
  return told(request, services, name);
};

function named(request: ApiRequest, services: Services): string {
  parseBody(request, EmptyBody);
  return findSchedule(services, param(request, "name")).schedule.name;
}

async function told(request: ApiRequest, services: Services, name: string): Promise<ApiAnswer> {
  const all = await describeSchedules(services, request.caller);
  const schedule: ScheduleAnswer | undefined = all.find((one) => one.name === name);
  return answer(200, schedule);
}
