import { type RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** How far a drawing may be made smaller and larger. */
const SMALLEST = 0.1;
const LARGEST = 2;
/** Pixels that a pointer moves before it drags and no longer clicks. */
const SLACK = 4;

/** A zoom within its bounds. */
export function bounded(zoom: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, zoom));
}

/**
 * Has a scrolled area zoomed by the wheel and by two fingers, about the point that they are at, and moved by dragging.
 * One finger scrolls it, as it does any page.
 */
export function useZoom(host: RefObject<HTMLElement | null>, scale: number, zoomTo: (zoom: number) => void): void {
  const latest = useRef({ scale, zoomTo });
  latest.current = { scale, zoomTo };
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const controller = new AbortController();
    const { signal } = controller;

    const zoomAbout = (x: number, y: number, zoom: number): void => {
      const before = latest.current.scale;
      const after = bounded(zoom);
      if (after === before) return;
      const box = element.getBoundingClientRect();
      const [left, top] = [x - box.left, y - box.top];
      const [atX, atY] = [(element.scrollLeft + left) / before, (element.scrollTop + top) / before];
      latest.current.zoomTo(after);
      requestAnimationFrame(() => {
        element.scrollLeft = atX * after - left;
        element.scrollTop = atY * after - top;
      });
    };

    element.addEventListener(
      "wheel",
      (event) => {
        // With the shift key the wheel moves it, as everywhere.
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
        event.preventDefault();
        const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
        zoomAbout(event.clientX, event.clientY, latest.current.scale * Math.exp(-delta / 500));
      },
      { passive: false, signal },
    );

    let pinch: { distance: number; scale: number } | null = null;
    const distanceOf = ([one, other]: TouchList | Touch[]): number =>
      one === undefined || other === undefined
        ? 0
        : Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    element.addEventListener(
      "touchstart",
      (event) => {
        pinch =
          event.touches.length === 2 ? { distance: distanceOf([...event.touches]), scale: latest.current.scale } : null;
      },
      { passive: true, signal },
    );
    element.addEventListener(
      "touchmove",
      (event) => {
        const [one, other] = event.touches;
        if (pinch === null || one === undefined || other === undefined) return;
        event.preventDefault();
        const middle = { x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2 };
        zoomAbout(middle.x, middle.y, (pinch.scale * distanceOf([one, other])) / pinch.distance);
      },
      { passive: false, signal },
    );

    let drag: { x: number; y: number; left: number; top: number; moved: boolean } | null = null;
    element.addEventListener(
      "pointerdown",
      (event) => {
        if (event.pointerType !== "mouse" || event.button !== 0) return;
        const { scrollLeft: left, scrollTop: top } = element;
        drag = { x: event.clientX, y: event.clientY, left, top, moved: false };
      },
      { signal },
    );
    addEventListener(
      "pointermove",
      (event) => {
        if (drag === null) return;
        const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
        if (Math.hypot(x, y) > SLACK) drag.moved = true;
        if (!drag.moved) return;
        element.scrollLeft = drag.left - x;
        element.scrollTop = drag.top - y;
      },
      { signal },
    );
    addEventListener(
      "pointerup",
      () => {
        const moved = drag?.moved === true;
        drag = null;
        if (!moved) return;
        // What was dragged is not clicked.
        const stop = (event: Event): void => {
          event.stopPropagation();
          event.preventDefault();
        };
        element.addEventListener("click", stop, { capture: true, once: true });
        setTimeout(() => element.removeEventListener("click", stop, { capture: true }), 0);
      },
      { signal },
    );
    element.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    return () => controller.abort();
  }, []);
}
