/**
 * A smaller choice of the items that still fails: the minimising delta debugging of Zeller and Hildebrandt (2002). None of what is left
 * can be left out alone, unless `stillFails` stops answering true before (a bound of its own).
 *
 * @param items all of them together fail
 */
export async function minimize<Item>(
  items: readonly Item[],
  stillFails: (chosen: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  if (items.length === 0 || (await stillFails([]))) return [];
  let kept = items;
  let partCount = 2;
  while (kept.length >= 2) {
    const parts = inParts(kept, partCount);
    const part = await firstOf(parts, stillFails);
    // Of two parts each is what the other leaves over.
    const rests = partCount === 2 ? [] : parts.map((one) => kept.filter((item) => !one.includes(item)));
    const rest = part === undefined ? await firstOf(rests, stillFails) : undefined;
    if (part !== undefined) {
      kept = part;
      partCount = 2;
    } else if (rest !== undefined) {
      kept = rest;
      partCount = Math.max(2, partCount - 1);
    } else {
      if (partCount >= kept.length) break;
      partCount = Math.min(kept.length, 2 * partCount);
    }
  }
  return kept;
}

async function firstOf<Item>(
  choices: readonly (readonly Item[])[],
  stillFails: (chosen: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[] | undefined> {
  for (const choice of choices) if (await stillFails(choice)) return choice;
  return undefined;
}

/** As even as they can be; none is empty. */
function inParts<Item>(items: readonly Item[], count: number): Item[][] {
  return Array.from({ length: count }, (_, at) =>
    items.slice(Math.floor((at * items.length) / count), Math.floor(((at + 1) * items.length) / count)),
  );
}
