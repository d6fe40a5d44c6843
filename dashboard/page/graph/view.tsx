import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, duration } from "../format.ts";
import { shortId } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Bar, Status, lookOf } from "../parts/status.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { useZoom } from "./zoom.ts";
import { type Direction, type PlacedNode, layout } from "./layout.ts";
import type { Branch, GraphNode } from "./tree.ts";

/** Pixels below which the flow goes downwards. */
const NARROW = 640;
/** Pixels of the scrolled area beside the drawing. */
const PADDING = 26;
const ZOOMS = [0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5];

/** A submission as a drawing: nodes are links, in the order in which they run. */
export function GraphView(props: {
  tree: Branch;
  /** The task that the page is about. */
  focus: string;
  opened: string | null;
  onOpen: (group: string) => void;
  /** The node that the panel beside the graph is about. */
  chosen: string | null;
  onChoose: (node: GraphNode) => void;
  /** Leads to the list of all tasks, for parts that the graph does not have. */
  listLink: string;
  /** What stands above the drawing. */
  children: ComponentChildren;
}) {
  const { tree, focus, opened, onOpen, chosen, onChoose, listLink, children } = props;
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [zoom, setZoom] = useState<number | null>(null);
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const direction: Direction = width < NARROW ? "down" : "right";
  useEffect(() => {
    // A flow downwards begins in the middle.
    const element = host.current;
    if (element !== null && direction === "down") element.scrollLeft = (element.scrollWidth - element.clientWidth) / 2;
  }, [direction, width > 0]);
  const drawing = useMemo(() => layout(tree, direction, whole), [tree, direction, whole]);
  // What does not fit at a size that can be read is scrolled, at a size that is read with ease.
  const fitting = (width - PADDING) / drawing.width;
  const fit = fitting < (direction === "down" ? 0.8 : 0.55) ? 0.85 : Math.min(1, fitting);
  const scale = zoom ?? fit;
  useZoom(host, scale, setZoom);
  const step = (by: 1 | -1): void => {
    const next = by > 0 ? ZOOMS.find((one) => one > scale + 0.01) : ZOOMS.findLast((one) => one < scale - 0.01);
    if (next !== undefined) setZoom(next);
  };
  return (
    <div class="graph">
      <div class="graph-tools">
        {children}
        <div>
          <button type="button" class="plain" aria-label={t("graph.smaller")} onClick={() => step(-1)}>
            <Icon name="minus" />
          </button>
          <button type="button" class="plain" aria-label={t("graph.fit")} onClick={() => setZoom(null)}>
            <Icon name="fit" />
          </button>
          <button type="button" class="plain" aria-label={t("graph.larger")} onClick={() => step(1)}>
            <Icon name="plus" />
          </button>
        </div>
      </div>
      <div class="graph-scroll" ref={host} tabIndex={0} role="region" aria-label={t("graph.label")}>
        {width > 0 && (
          <div
            class="graph-size"
            style={{ width: `${drawing.width * scale}px`, height: `${drawing.height * scale}px` }}
          >
            <div
              class={`graph-plane ${detailOf(scale)}`}
              style={{
                width: `${drawing.width}px`,
                height: `${drawing.height}px`,
                transform: `scale(${scale})`,
                "--text": `${Math.max(12, SMALLEST_TEXT / scale)}px`,
                "--small-text": `${SMALLEST_TEXT / Math.min(1, scale)}px`,
              }}
            >
              {drawing.frames.map(({ node, x, y, width: w, height: h }) => (
                <div key={node.id} class={`frame ${lookOf(node.status)}`} style={placed(x, y, w, h)}>
                  <span>{t(node.role === "header" ? "graph.header" : "graph.group", { total: node.total ?? 0 })}</span>
                </div>
              ))}
              <svg width={drawing.width} height={drawing.height} aria-hidden="true">
                {drawing.edges.map((edge) => (
                  <path
                    key={edge.key}
                    d={edge.path}
                    class={`edge ${edge.started ? "started-by" : ""} ${edge.from?.status === "SUCCESS" ? "done" : ""}`}
                  />
                ))}
              </svg>
              {drawing.nodes.map((one) => (
                <Node
                  key={`${one.node.id}${one.more}`}
                  placed={one}
                  current={one.node.result_id === focus}
                  chosen={chosen === one.node.id}
                  opened={opened === one.node.id}
                  onOpen={() => onOpen(one.node.id)}
                  onChoose={() => onChoose(one.node)}
                  onWhole={
                    whole.has(one.node.id) || one.node.kind !== "chain"
                      ? null
                      : () => setWhole(new Set([...whole, one.node.id]))
                  }
                  listLink={listLink}
                />
              ))}
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

/** Pixels on the screen that no text is smaller than. */
const SMALLEST_TEXT = 11;

/** How much of a node is written at a scale at which its text is still {@link SMALLEST_TEXT} high. */
function detailOf(scale: number): "near" | "middle" | "far" {
  return scale >= 0.8 ? "near" : scale >= 0.5 ? "middle" : "far";
}

function placed(x: number, y: number, width: number, height: number): Record<string, string> {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}

function Node(props: {
  placed: PlacedNode;
  current: boolean;
  chosen: boolean;
  opened: boolean;
  onOpen: () => void;
  onChoose: () => void;
  /** Has the parts drawn that were left out; null where the graph does not have them. */
  onWhole: (() => void) | null;
  listLink: string;
}) {
  const { placed: at, current, chosen, opened, onOpen, onChoose, onWhole, listLink } = props;
  const { node, more } = at;
  const style = placed(at.x, at.y, at.width, at.height);
  if (more > 0) {
    const text = t("graph.more", { count: count(more) });
    if (onWhole === null) {
      return (
        <a class="node more" style={style} href={listLink}>
          {text}
        </a>
      );
    }
    return (
      <button type="button" class="node more" style={style} onClick={onWhole}>
        {text}
      </button>
    );
  }
  if (node.kind === "group") return <WideGroup node={node} style={style} opened={opened} onOpen={onOpen} />;
  return (
    <a
      class={`node ${lookOf(node.status)} ${current ? "current" : ""} ${chosen ? "chosen" : ""}`}
      onClick={(event) => {
        // Another tab, or another window, is what somebody asks for who holds a key.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onChoose();
      }}
      style={style}
      href={linkTo("task", node.result_id)}
      title={`${node.task} ${node.status}${node.error === null ? "" : `\n${node.error.type}: ${node.error.message}`}`}
      data-status={node.status}
      aria-current={current ? "true" : undefined}
    >
      <span class="name">{node.task ?? shortId(node.id)}</span>
      <span class="foot">
        <Status status={node.status} />
        <span>
          {node.progress !== null && node.done_at === null
            ? `${node.progress.current}/${node.progress.total}`
            : node.runtime === null
              ? ""
              : duration(node.runtime)}
        </span>
      </span>
    </a>
  );
}

function WideGroup(props: { node: GraphNode; style: Record<string, string>; opened: boolean; onOpen: () => void }) {
  const { node, style, opened, onOpen } = props;
  const total = node.total ?? 0;
  if (total === 0)
    return (
      <div class="node more" style={style}>
        {t("graph.empty")}
      </div>
    );
  const completed = node.completed ?? 0;
  const failed = node.failed ?? 0;
  const label = t("group.counts", { completed: count(completed), failed: count(failed), total: count(total) });
  return (
    <button
      type="button"
      class={`node wide-group ${lookOf(node.status)}`}
      style={style}
      aria-expanded={opened}
      onClick={onOpen}
      data-status={node.status}
    >
      <span class="name">{t(node.role === "header" ? "graph.header" : "graph.group", { total: count(total) })}</span>
      <Bar
        parts={[
          ["success", completed],
          ["failure", failed],
        ]}
        total={total}
        label={label}
      />
      <span class="foot">
        <Status status={node.status} />
        <span>
          {`${count(completed)} / ${count(total)}`}
          {failed > 0 && <b class="error-text"> {t("runs.failed", { failed: count(failed) })}</b>}
        </span>
      </span>
    </button>
  );
}
