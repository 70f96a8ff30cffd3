/** So many colours are told apart by colour-blind people too; style.css has them as --term-0 and so on. */
export const TERM_COLOURS = 6;

/** Neighbouring terms differ in colour; the number says the rest. Term 0 is before any election, and has none. */
export function termColourOf(term: number | null): number | 'none' {
  return term === null || term === 0 ? 'none' : (term - 1) % TERM_COLOURS;
}
