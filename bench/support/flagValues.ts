import type { Flags } from './program.ts';

/** @returns undefined when it was not given @throws {Error} when it is not a whole number above 0 */
export function wholeNumber(flags: Flags, name: string): number | undefined {
  const text = flags[name];
  if (typeof text !== 'string') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is ${text}: give a whole number above 0`);
  return value;
}

/**
 * Some of what there is, by name, separated by commas.
 * @returns all when it was not given
 * @throws {Error} for a name that there is not
 */
export function someOf<Name extends string>(flags: Flags, name: string, known: readonly Name[]): readonly Name[] {
  const text = flags[name];
  if (typeof text !== 'string') return known;
  return text.split(',').map((word) => {
    const found = known.find((each) => each === word);
    if (found === undefined) throw new Error(`--${name} knows ${known.join(', ')}, not ${JSON.stringify(word)}`);
    return found;
  });
}
