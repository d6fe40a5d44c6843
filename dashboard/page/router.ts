import { useEffect, useState } from "preact/hooks";

/** Where the user is: `#/tasks?status=FAILURE` is page `tasks` with that query; `#/task/ID` has a subject. */
export interface Route {
  readonly page: string;
  /** What the page is about; empty for none. */
  readonly subject: string;
  readonly query: Readonly<Record<string, string>>;
}

/** The route that a location's hash says. */
export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [page = "", ...subject] = path.split("/");
  return {
    page: page === "" ? "overview" : page,
    subject: decodeURIComponent(subject.join("/")),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The hash of a route. */
export function linkTo(page: string, subject = "", query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const search = new URLSearchParams(given).toString();
  const path = subject === "" ? page : `${page}/${encodeURIComponent(subject)}`;
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

/** Goes to a place. @param replace leaves no step back, for filters that change while one types. */
export function go(link: string, replace = false): void {
  if (!replace) {
    location.hash = link;
    return;
  }
  history.replaceState(null, "", link);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The route, which changes with the location. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const read = (): void => setRoute(readRoute(location.hash));
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return route;
}
