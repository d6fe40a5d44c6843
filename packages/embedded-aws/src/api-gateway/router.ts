import type { ApiMethod, ApiResource } from "./definition.ts";

/** A method that a request reached, and what its path said. */
export interface Route {
  readonly resource: ApiResource;
  readonly method: ApiMethod;
  /** As sent, percent-encoding and all: REST APIs do not decode them. Null where the path has no parameter. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/** Finds the method for a request; null where API Gateway has none. */
export type Router = (httpMethod: string, path: string) => Route | null;

interface Node {
  readonly statics: Map<string, Node>;
  /** API Gateway allows one variable child under a parent, plain or greedy. */
  parameter: { readonly name: string; readonly node: Node } | null;
  greedy: { readonly name: string; readonly resource: ApiResource } | null;
  resource: ApiResource | null;
}

/** `ANY` stands for these; another method (PROPFIND, TRACE) never reaches a method. */
const ANY_METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

/**
 * A router over a trie of path segments: static before `{parameter}` before `{proxy+}`. A resource without the
 * request's method (and without ANY) does not count, so that a sibling `{proxy+}` still gets it, as on AWS. A trailing
 * slash and repeated leading ones are ignored.
 */
export function createRouter(resources: readonly ApiResource[]): Router {
  const root = emptyNode();
  for (const resource of resources) insert(root, resource);
  const names = new Map(resources.map((resource) => [resource, parameterNames(resource)]));
  return (httpMethod, path) => {
    const segments = splitPath(path);
    const values: string[] = [];
    const resource = find(root, segments, 0, httpMethod, values);
    const method = resource === null ? undefined : methodOf(resource, httpMethod);
    if (resource === null || method === undefined) return null;
    const pathParameters = values.length === 0 ? null : pair(names.get(resource) ?? [], values);
    return { resource, method, pathParameters };
  };
}

/** The path without its repeated leading slashes, as API Gateway hands it to functions. */
export function normalizePath(path: string): string {
  return path.startsWith("//") ? path.replace(/^\/+/u, "/") : path;
}

function emptyNode(): Node {
  return { statics: new Map(), parameter: null, greedy: null, resource: null };
}

function insert(root: Node, resource: ApiResource): void {
  let node = root;
  for (const part of splitPath(resource.path)) {
    if (part.startsWith("{") && part.endsWith("+}")) {
      node.greedy = { name: part.slice(1, -2), resource };
      return;
    }
    node =
      part.startsWith("{") && part.endsWith("}") ? parameterChild(node, part.slice(1, -1)) : staticChild(node, part);
  }
  node.resource = resource;
}

function parameterChild(parent: Node, name: string): Node {
  parent.parameter ??= { name, node: emptyNode() };
  return parent.parameter.node;
}

function staticChild(parent: Node, part: string): Node {
  const child = parent.statics.get(part) ?? emptyNode();
  parent.statics.set(part, child);
  return child;
}

function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === 47) start += 1;
  while (end > start && path.charCodeAt(end - 1) === 47) end -= 1;
  return start === end ? [] : path.slice(start, end).split("/");
}

/** As deep as the API's own longest path, whatever the request's: a request cannot make it recurse further. */
function find(
  node: Node,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): ApiResource | null {
  const segment = segments[at];
  if (segment === undefined) {
    return node.resource !== null && methodOf(node.resource, method) !== undefined ? node.resource : null;
  }
  const child = node.statics.get(segment);
  const exact = child === undefined ? null : find(child, segments, at + 1, method, values);
  if (exact !== null) return exact;
  if (node.parameter !== null && segment !== "") {
    values.push(segment);
    const variable = find(node.parameter.node, segments, at + 1, method, values);
    if (variable !== null) return variable;
    values.pop();
  }
  if (node.greedy !== null && methodOf(node.greedy.resource, method) !== undefined) {
    values.push(segments.slice(at).join("/"));
    return node.greedy.resource;
  }
  return null;
}

function methodOf(resource: ApiResource, httpMethod: string): ApiMethod | undefined {
  return resource.methods.get(httpMethod) ?? (ANY_METHODS.has(httpMethod) ? resource.methods.get("ANY") : undefined);
}

function parameterNames(resource: ApiResource): string[] {
  return [...resource.path.matchAll(/\{(?<name>[^}+]+)\+?\}/gu)].map((match) => match.groups?.["name"] ?? "");
}

function pair(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}
