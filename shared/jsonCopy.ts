/**
 * A value as JSON carries it, in an object that nobody else holds: what is sent later, or kept, must not change with its maker's.
 * @returns undefined for what JSON has no text for
 * @throws {TypeError} for what cannot be written as JSON, and whatever a `toJSON` throws
 */
export function jsonCopy(value: unknown): unknown {
  if (isCarriedAsItIs(value)) return value;
  // Most commands and results are small and flat, and there are very many of them.
  if (isFlat(value)) return { ...value };
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** An object that JSON gives back as it is: of the plain kind, with values that are. */
function isFlat(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  // Its prototype is of no interest here: it has nothing that this finds. And a list of the values costs three times as much.
  for (const key in value) if (!isCarriedAsItIs((value as Record<string, unknown>)[key])) return false;
  return Object.getOwnPropertySymbols(value).length === 0;
}

function isCarriedAsItIs(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  // JSON has no minus zero.
  return typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0);
}
