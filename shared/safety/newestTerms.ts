/** Facts about terms are kept of so many terms, the highest. */
export const TERMS_MAX = 1024;

/** Keeps a fact about a term, unless it is below all that are kept. */
export function keepOfTerm<Fact>(facts: Map<number, Fact>, term: number, fact: Fact): void {
  facts.set(term, fact);
  if (facts.size <= TERMS_MAX) return;
  let lowest = term;
  for (const kept of facts.keys()) lowest = Math.min(lowest, kept);
  facts.delete(lowest);
}
