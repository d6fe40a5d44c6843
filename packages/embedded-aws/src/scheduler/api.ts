import * as z from "zod";
import type { Clock } from "../clock.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import type { AwsRequest, AwsResponse, AwsService } from "../types.ts";
import { isRecord, messageOf, parseJson } from "../values.ts";
import { SchedulerFailure, STATUS } from "./failure.ts";
import { arnOf, DEFAULT_GROUP, readSpec, refusePast } from "./spec.ts";
import type { Spec } from "./spec.ts";
import type { Schedule, ScheduleStore } from "./store.ts";

export interface ApiOptions {
  readonly store: ScheduleStore;
  readonly clock: Clock;
  /** The groups that exist now. */
  readonly groups: () => ReadonlySet<string>;
  /** Makes or replaces a schedule. */
  readonly put: (spec: Spec) => Schedule;
  readonly remove: (arn: string) => void;
}

/** Client tokens that are remembered; the oldest go first. */
const MAX_TOKENS = 1000;

const ROUTE = /^\/(schedules|schedule-groups)(?:\/([^/]+))?\/?$/;

const ListSchema = z.object({
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  NamePrefix: z.string().default(""),
  ScheduleGroup: z.string().optional(),
  State: z.enum(["ENABLED", "DISABLED"]).optional(),
});

/**
 * Scheduler's REST API: schedules whole, groups for reading only, as they come from templates.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
 */
export function createApi({ store, clock, groups, put, remove }: ApiOptions): AwsService {
  const tokens = new Map<string, { readonly request: string; readonly answer: object }>();

  function create(spec: Spec): object {
    if (store.get(arnOf(spec)))
      throw new SchedulerFailure("ConflictException", `Schedule ${spec.Name} already exists.`);
    refusePast(spec, clock.now());
    return { ScheduleArn: put(spec).arn };
  }

  function update(spec: Spec): object {
    find(spec.GroupName, spec.Name);
    refusePast(spec, clock.now());
    return { ScheduleArn: put(spec).arn };
  }

  function find(group: string, name: string): Schedule {
    const schedule = store.get(arnOf({ GroupName: group, Name: name }));
    if (schedule) return schedule;
    throw new SchedulerFailure("ResourceNotFoundException", `Schedule ${name} does not exist.`);
  }

  function specOf(name: string, body: Buffer): Spec {
    const input = parseJson(body.toString());
    if (!isRecord(input)) throw new SchedulerFailure("ValidationException", "The body is no JSON object.");
    const spec = readSpec({ ...input, Name: name });
    findGroup(spec.GroupName);
    return spec;
  }

  function findGroup(name: string): object {
    if (groups().has(name)) return groupOf(name);
    throw new SchedulerFailure("ResourceNotFoundException", `Schedule group ${name} does not exist.`);
  }

  function list(query: URLSearchParams): object {
    const parsed = ListSchema.safeParse(Object.fromEntries(query));
    if (!parsed.success) throw new SchedulerFailure("ValidationException", messageOf(parsed.error));
    const { MaxResults, NextToken, NamePrefix, ScheduleGroup, State } = parsed.data;
    const after = NextToken === undefined ? "" : Buffer.from(NextToken, "base64url").toString();
    const found = store.all().filter(({ arn, spec }) => {
      const inGroup = ScheduleGroup === undefined || spec.GroupName === ScheduleGroup;
      return inGroup && arn > after && spec.Name.startsWith(NamePrefix) && (State ?? spec.State) === spec.State;
    });
    const page = found.slice(0, MaxResults);
    const last = page.at(-1);
    const Schedules = page.map(summaryOf);
    return last && found.length > page.length
      ? { Schedules, NextToken: Buffer.from(last.arn).toString("base64url") }
      : { Schedules };
  }

  /** Answers a request that a client repeats as before; the same token for another one is a conflict. */
  function once({ method, path, query, body }: AwsRequest, run: () => object): object {
    const input = parseJson(body.toString());
    const token = query.get("clientToken") ?? (isRecord(input) ? input["ClientToken"] : undefined);
    if (typeof token !== "string") return run();
    const key = `${method} ${token}`;
    const request = [path, query.toString(), body.toString()].join(" ");
    const known = tokens.get(key);
    if (known?.request === request) return known.answer;
    if (known) throw new SchedulerFailure("ConflictException", `The client token ${token} belongs to another request.`);
    const answer = run();
    tokens.set(key, { request, answer });
    const [oldest = ""] = tokens.keys();
    if (tokens.size > MAX_TOKENS) tokens.delete(oldest);
    return answer;
  }

  function serve(request: AwsRequest): object {
    const { method, path, query, body } = request;
    const [, collection, encoded] = ROUTE.exec(path) ?? [];
    const name = encoded === undefined ? undefined : decodeURIComponent(encoded);
    if (collection === "schedule-groups" && method === "GET") {
      return name === undefined ? { ScheduleGroups: [...groups()].toSorted().map(groupOf) } : findGroup(name);
    }
    if (collection === "schedules" && name === undefined && method === "GET") return list(query);
    if (collection !== "schedules" || name === undefined || !/^(GET|POST|PUT|DELETE)$/.test(method)) {
      const message = `The local Scheduler does not serve ${method} ${path}: groups come from templates.`;
      throw new SchedulerFailure("UnknownOperationException", message);
    }
    const group = query.get("groupName") ?? DEFAULT_GROUP;
    if (method === "GET") return detailOf(find(group, name));
    if (method === "PUT") return update(specOf(name, body));
    return once(request, () => {
      if (method === "POST") return create(specOf(name, body));
      remove(find(group, name).arn);
      return {};
    });
  }

  return async (request) => {
    try {
      return answer(200, serve(request));
    } catch (error) {
      if (!(error instanceof SchedulerFailure)) throw error;
      const { headers, ...rest } = answer(STATUS[error.code], { Message: error.message });
      return { ...rest, headers: { ...headers, "x-amzn-errortype": error.code } };
    }
  };
}

/** A schedule as GetSchedule shows it; dates are seconds. */
function detailOf({ arn, spec, createdAt, modifiedAt }: Schedule): object {
  const { StartDate, EndDate, ...rest } = spec;
  return {
    Arn: arn,
    ...rest,
    ...(StartDate !== undefined && { StartDate: StartDate / 1000 }),
    ...(EndDate !== undefined && { EndDate: EndDate / 1000 }),
    CreationDate: createdAt / 1000,
    LastModificationDate: modifiedAt / 1000,
  };
}

function summaryOf({ arn, spec, createdAt, modifiedAt }: Schedule): object {
  const { Name, GroupName, State, Target } = spec;
  const dates = { CreationDate: createdAt / 1000, LastModificationDate: modifiedAt / 1000 };
  return { Arn: arn, Name, GroupName, State, Target: { Arn: Target.Arn }, ...dates };
}

function groupOf(name: string): object {
  return { Arn: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/${name}`, Name: name, State: "ACTIVE" };
}

function answer(status: number, body: object): AwsResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
