/** `instanceof` that never throws: a proxy may, and so may a class that answers for itself. */
export function isA<Class>(value: unknown, type: abstract new (...args: never[]) => Class): value is Class {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
