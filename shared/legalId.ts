/**
 * Ids are ASCII and short, so that a relay can read them by slicing bytes and print them anywhere.
 * They begin with a letter, digit or underscore: `@` is kept for addresses that are no endpoint, such as `@relay`.
 *
 * Apart from the schemas of `ids.ts`, so that the page need not bring a schema library along.
 */
export const ID_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$';

const idRegExp = new RegExp(ID_PATTERN);

export function isId(text: string): boolean {
  return idRegExp.test(text);
}
