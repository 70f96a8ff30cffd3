/** Whether a value that somebody else wrote has a shape, with all its numbers and lengths bounded. */
export type Check = (value: unknown) => boolean;

const NUMBER_MAX = Number.MAX_SAFE_INTEGER;
const LEGAL_ID = /^[A-Za-z0-9_*@][A-Za-z0-9_.-]{0,63}$/;

export const flag: Check = (value) => typeof value === 'boolean';
export const number: Check = (value) => typeof value === 'number' && Math.abs(value) <= NUMBER_MAX;
export const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const id: Check = (value) => typeof value === 'string' && LEGAL_ID.test(value);
/** The fields of a class; what is not named may be there, and nothing reads it. */
export const anything: Check = () => true;

export function text(lengthMax: number): Check {
  return (value) => typeof value === 'string' && value.length <= lengthMax;
}

export function oneOf(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value);
}

export function nullable(check: Check): Check {
  return (value) => value === null || check(value);
}

export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

export function list(check: Check, lengthMax: number): Check {
  return (value) => Array.isArray(value) && value.length <= lengthMax && value.every(check);
}

export function record(check: Check, sizeMax: number): Check {
  return (value) => {
    if (!isObject(value)) return false;
    const entries = Object.entries(value);
    return entries.length <= sizeMax && entries.every(([key, inner]) => key.length <= 64 && check(inner));
  };
}

export function object(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
