/** How a heap orders what it holds, and where each item remembers its place in it. */
export interface HeapOrder<T> {
  /** True where `a` comes before `b`. */
  readonly before: (a: T, b: T) => boolean;
  /** The item's place; below 0 for one that is in no heap. */
  readonly place: (item: T) => number;
  readonly setPlace: (item: T, place: number) => void;
}

/** A binary heap whose items know their places, so that any of them leaves in logarithmic time. */
export class Heap<T> {
  private readonly items: T[] = [];
  private readonly order: HeapOrder<T>;

  constructor(order: HeapOrder<T>) {
    this.order = order;
  }

  get size(): number {
    return this.items.length;
  }

  /** The first item; undefined in an empty heap. */
  first(): T | undefined {
    return this.items[0];
  }

  /** The items in no order. */
  values(): readonly T[] {
    return this.items;
  }

  add(item: T): void {
    this.items.push(item);
    this.rise(item, this.items.length - 1);
  }

  /** Takes an item out; does nothing where it is not in the heap. */
  remove(item: T): void {
    const place = this.order.place(item);
    if (place < 0) return;
    this.order.setPlace(item, -1);
    const last = this.items.pop();
    if (last === undefined || last === item) return;
    const parent = this.items[parentOf(place)];
    if (place > 0 && parent !== undefined && this.order.before(last, parent)) this.rise(last, place);
    else this.sink(last, place);
  }

  clear(): void {
    for (const item of this.items) this.order.setPlace(item, -1);
    this.items.length = 0;
  }

  private rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const above = parentOf(place);
      const parent = this.items[above];
      if (parent === undefined || !this.order.before(item, parent)) break;
      this.set(parent, place);
      place = above;
    }
    this.set(item, place);
  }

  private sink(item: T, from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      let child = this.items[left];
      if (child === undefined) break;
      let childPlace = left;
      const right = this.items[left + 1];
      if (right !== undefined && this.order.before(right, child)) {
        child = right;
        childPlace = left + 1;
      }
      if (!this.order.before(child, item)) break;
      this.set(child, place);
      place = childPlace;
    }
    this.set(item, place);
  }

  private set(item: T, place: number): void {
    this.items[place] = item;
    this.order.setPlace(item, place);
  }
}

function parentOf(place: number): number {
  return Math.floor((place - 1) / 2);
}
