/** Whether two values are the same as JSON, whatever the order of their keys. A key with undefined is no key. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, at) => sameJson(item, other[at]));
  }
  const ones = entriesOf(one);
  const others = new Map(entriesOf(other));
  return (
    ones.length === others.size && ones.every(([key, value]) => others.has(key) && sameJson(value, others.get(key)))
  );
}

function entriesOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
