/**
 * The seeds of one test of the lab in virtual time: WHITEWATER_LAB_SEED alone, or as many as WHITEWATER_LAB_SEEDS says, from
 * the number WHITEWATER_LAB_FIRST on (0 unless told otherwise).
 *
 * @param test its number, such as B1
 * @param count unless the environment says more
 */
export function labSeeds(test: string, count: number): string[] {
  const { WHITEWATER_LAB_SEED: only, WHITEWATER_LAB_SEEDS: asked, WHITEWATER_LAB_FIRST: first } = process.env;
  if (only !== undefined) return only.startsWith(`lab/${test}/`) ? [only] : [];
  const from = Number(first ?? 0);
  return Array.from({ length: Math.max(count, Number(asked ?? 0)) }, (_, at) => `lab/${test}/${from + at}`);
}
