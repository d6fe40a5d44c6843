import { invalid } from "../errors.ts";
import { addNumbers } from "../numbers.ts";
import type { AttributeValue } from "../values.ts";

/** What ADD leaves: a sum, or a set with further members. @throws ServiceError where the two do not fit */
export function addTo(was: AttributeValue | undefined, given: AttributeValue): AttributeValue {
  if (was === undefined) return given;
  if ("N" in was && "N" in given) return { N: addNumbers(was.N, given.N) };
  if ("SS" in was && "SS" in given) return { SS: union(was.SS, given.SS) };
  if ("NS" in was && "NS" in given) return { NS: union(was.NS, given.NS) };
  if ("BS" in was && "BS" in given) return { BS: union(was.BS, given.BS) };
  throw wrongType();
}

/** What DELETE leaves: a set without members, or nothing. @throws ServiceError where the two do not fit */
export function deleteFrom(was: AttributeValue | undefined, given: AttributeValue): AttributeValue | undefined {
  if (was === undefined) return undefined;
  if ("SS" in was && "SS" in given) {
    const SS = difference(was.SS, given.SS);
    return SS.length === 0 ? undefined : { SS };
  }
  if ("NS" in was && "NS" in given) {
    const NS = difference(was.NS, given.NS);
    return NS.length === 0 ? undefined : { NS };
  }
  if ("BS" in was && "BS" in given) {
    const BS = difference(was.BS, given.BS);
    return BS.length === 0 ? undefined : { BS };
  }
  throw wrongType();
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function difference(a: readonly string[], b: readonly string[]): readonly string[] {
  const gone = new Set(b);
  return a.filter((member) => !gone.has(member));
}

function wrongType(): Error {
  return invalid("An operand in the update expression has an incorrect data type");
}
