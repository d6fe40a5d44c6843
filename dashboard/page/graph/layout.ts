import { type Branch, type GraphNode, isWide } from "./tree.ts";

/** Along the flow from left to right, or downwards where the screen is narrow. */
export type Direction = "right" | "down";

/** A rectangle of the drawing, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A task, a wide group, or the place of parts that are not drawn. */
export interface PlacedNode extends Box {
  readonly node: GraphNode;
  /** What it stands for where it is no node itself: parts of `node` that are not drawn. */
  readonly more: number;
}

/** The frame around a group's members. */
export interface Frame extends Box {
  readonly node: GraphNode;
}

/** A line from one node to another. */
export interface Edge {
  readonly key: string;
  readonly path: string;
  /** The node that it comes from, whose state colours it. */
  readonly from: GraphNode | null;
  /** Whether it leads to what a task has started by itself. */
  readonly started: boolean;
}

/** A graph as it is drawn. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly frames: readonly Frame[];
  readonly edges: readonly Edge[];
}

const TASK = { width: 172, height: 46 };
const GROUP = { width: 210, height: 84 };
const MORE = { width: 110, height: 30 };
/** Between what follows each other, and what stands side by side. */
const GAP = { along: 44, across: 12 };
const FRAME = { padding: 12, title: 18 };
const MARGIN = 12;
/** Edges between two canvases beyond which they meet in one point. */
const MOST_EDGES = 12;
/** Steps of a chain beyond which its middle is left out, and those that stay at each end. */
const LONG_CHAIN = 24;
const ENDS = 8;

/** What is to be drawn along the flow, with its size. */
interface Block {
  readonly along: number;
  readonly across: number;
  /** Draws it; its edges begin and end at the points that it returns. */
  readonly place: (along: number, across: number, pen: Pen) => Ends;
}

interface Point {
  readonly along: number;
  readonly across: number;
  /** As far as the line goes straight on, so that it leaves a frame beside the members that are longer. */
  readonly straight: number;
  readonly node: GraphNode | null;
}

interface Ends {
  readonly entries: readonly Point[];
  readonly exits: readonly Point[];
}

/**
 * Draws a tree of canvases: what follows each other along the flow, what runs side by side across it, a group's members
 * in a frame. Canvases nest and never cross, so that sizes add up from within, and no search for a good order is
 * needed.
 * @param whole ids of chains whose steps are all to be drawn.
 */
export function layout(top: Branch, direction: Direction, whole: ReadonlySet<string> = new Set()): Drawing {
  const pen = new Pen(direction);
  const block = measure(top, direction, whole);
  block.place(MARGIN, MARGIN, pen);
  const size = { along: block.along + 2 * MARGIN, across: block.across + 2 * MARGIN };
  const right = direction === "right";
  return {
    width: right ? size.along : size.across,
    height: right ? size.across : size.along,
    nodes: pen.nodes,
    frames: pen.frames,
    edges: pen.edges,
  };
}

function measure(branch: Branch, direction: Direction, whole: ReadonlySet<string>): Block {
  const { node, parts, started } = branch;
  const inner = parts.map((part) => measure(part, direction, whole));
  if (node.kind === "group") return isWide(node) ? leaf(node, GROUP, 0, direction) : group(node, inner, direction);
  if (node.kind === "chain") return sequence(shorten(node, inner, direction, whole));
  if (node.kind === "chord") return sequence(inner);
  const task = sequence([leaf(node, TASK, 0, direction), ...inner]);
  return started.length === 0
    ? task
    : withStarted(
        task,
        started.map((one) => measure(one, direction, whole)),
        node,
      );
}

function leaf(node: GraphNode, size: { width: number; height: number }, more: number, direction: Direction): Block {
  const right = direction === "right";
  const along = right ? size.width : size.height;
  const across = right ? size.height : size.width;
  return {
    along,
    across,
    place: (a, c, pen) => {
      pen.node(a, c, along, across, node, more);
      const middle = c + across / 2;
      const entry = { along: a, across: middle, straight: a, node };
      return { entries: [entry], exits: [{ ...entry, along: a + along, straight: a + along }] };
    },
  };
}

/** The ends of a long chain, and how many steps are between them. */
function shorten(node: GraphNode, steps: readonly Block[], direction: Direction, whole: ReadonlySet<string>): Block[] {
  const left = node.hidden > 0 ? [leaf(node, MORE, node.hidden, direction)] : [];
  if (steps.length <= LONG_CHAIN || whole.has(node.id)) return [...steps, ...left];
  const hidden = steps.length - 2 * ENDS + node.hidden;
  return [...steps.slice(0, ENDS), leaf(node, MORE, hidden, direction), ...steps.slice(-ENDS)];
}

function sequence(blocks: readonly Block[]): Block {
  const along = sum(blocks.map((block) => block.along)) + GAP.along * Math.max(0, blocks.length - 1);
  const across = Math.max(0, ...blocks.map((block) => block.across));
  return {
    along,
    across,
    place: (a, c, pen) => {
      let at = a;
      let first: Ends | null = null;
      let last: Ends | null = null;
      for (const block of blocks) {
        const ends = block.place(at, c + (across - block.across) / 2, pen);
        if (last !== null) pen.join(last.exits, ends.entries);
        first ??= ends;
        last = ends;
        at += block.along + GAP.along;
      }
      return { entries: first?.entries ?? [], exits: last?.exits ?? [] };
    },
  };
}

function group(node: GraphNode, members: readonly Block[], direction: Direction): Block {
  const blocks = node.hidden > 0 ? [...members, leaf(node, MORE, node.hidden, direction)] : members;
  const inside = blocks.length === 0 ? [leaf(node, MORE, 0, direction)] : blocks;
  const widest = Math.max(...inside.map((block) => block.along));
  const right = direction === "right";
  // The title stands above, which is across a flow to the right, and along one downwards.
  const before = {
    along: FRAME.padding + (right ? 0 : FRAME.title),
    across: FRAME.padding + (right ? FRAME.title : 0),
  };
  const along = widest + before.along + FRAME.padding;
  const across =
    sum(inside.map((block) => block.across)) + GAP.across * (inside.length - 1) + before.across + FRAME.padding;
  return {
    along,
    across,
    place: (a, c, pen) => {
      pen.frame(a, c, along, across, node);
      let at = c + before.across;
      const ends = inside.map((block) => {
        const placed = block.place(a + before.along, at, pen);
        at += block.across + GAP.across;
        return placed;
      });
      return {
        entries: ends.flatMap((end) => end.entries).map((entry) => ({ ...entry, straight: a })),
        exits: ends.flatMap((end) => end.exits).map((exit) => ({ ...exit, straight: a + along })),
      };
    },
  };
}

/** A task with what it has started beside it. */
function withStarted(task: Block, started: readonly Block[], node: GraphNode): Block {
  const along = Math.max(task.along, GAP.along + Math.max(...started.map((block) => block.along)));
  const across = task.across + sum(started.map((block) => block.across + GAP.across));
  return {
    along,
    across,
    place: (a, c, pen) => {
      const ends = task.place(a, c, pen);
      let at = c + task.across + GAP.across;
      for (const block of started) {
        const placed = block.place(a + GAP.along, at, pen);
        const [entry] = placed.entries;
        const from = a + GAP.along / 2;
        if (entry !== undefined) pen.branch({ along: from, straight: from, across: c + task.across, node }, entry);
        at += block.across + GAP.across;
      }
      return ends;
    },
  };
}

/** Takes down what is drawn, and turns the flow into pixels. */
class Pen {
  readonly nodes: PlacedNode[] = [];
  readonly frames: Frame[] = [];
  readonly edges: Edge[] = [];
  readonly #right: boolean;

  constructor(direction: Direction) {
    this.#right = direction === "right";
  }

  #box(along: number, across: number, length: number, breadth: number): Box {
    return this.#right
      ? { x: along, y: across, width: length, height: breadth }
      : { x: across, y: along, width: breadth, height: length };
  }

  node(along: number, across: number, length: number, breadth: number, node: GraphNode, more: number): void {
    this.nodes.push({ ...this.#box(along, across, length, breadth), node, more });
  }

  frame(along: number, across: number, length: number, breadth: number, node: GraphNode): void {
    this.frames.push({ ...this.#box(along, across, length, breadth), node });
  }

  /** Lines from each to each; where that is too many, through one point. */
  join(exits: readonly Point[], entries: readonly Point[]): void {
    if (exits.length * entries.length <= MOST_EDGES) {
      for (const exit of exits) for (const entry of entries) this.#edge(exit, entry, false);
      return;
    }
    const all = [...exits, ...entries].map((point) => point.across);
    const last = Math.max(...exits.map((point) => point.straight));
    const along = (last + Math.min(...entries.map((point) => point.straight))) / 2;
    const middle = { along, straight: along, across: (Math.min(...all) + Math.max(...all)) / 2, node: null };
    for (const exit of exits) this.#edge(exit, middle, false);
    for (const entry of entries) this.#edge(middle, entry, false);
  }

  branch(from: Point, to: Point): void {
    this.#edge(from, to, true);
  }

  #edge(from: Point, to: Point, started: boolean): void {
    const at = (along: number, across: number): string => (this.#right ? `${along} ${across}` : `${across} ${along}`);
    const bend = (to.straight - from.straight) / 2;
    const curve = `C${at(from.straight + bend, from.across)} ${at(to.straight - bend, to.across)} ${at(to.straight, to.across)}`;
    const path = started
      ? `M${at(from.along, from.across)}L${at(from.along, to.across)}L${at(to.along, to.across)}`
      : `M${at(from.along, from.across)}L${at(from.straight, from.across)}${curve}L${at(to.along, to.across)}`;
    this.edges.push({ key: `${this.edges.length}`, path, from: from.node, started });
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
