const YES = new Set(['true', '1', 'yes', 'on']);
const NO = new Set(['false', '0', 'no', 'off']);

/** @throws {RangeError} saying what is legal */
export function parseSwitch(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  throw new RangeError(`${JSON.stringify(text)} is neither true nor false`);
}

/** @throws {RangeError} naming the legal words */
export function parseChoice<Choice extends string>(text: string, what: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((known) => known === text.trim());
  if (choice === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is not ${what}: choose one of ${choices.join(', ')}`);
  }
  return choice;
}
