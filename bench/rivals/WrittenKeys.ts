import type { Written } from './rival.ts';

interface Group {
  waiting: number;
  readonly values: Set<string>;
}

/**
 * What was put under each key, to hold it against what can be read. Of puts that overlapped, nobody knows which came last: any of their
 * values is right.
 */
export class WrittenKeys {
  readonly #groups = new Map<string, Group>();

  /** Around a put. @throws whatever the put does */
  async during(key: string, value: string, put: () => Promise<unknown>): Promise<void> {
    let group = this.#groups.get(key);
    if (group === undefined || group.waiting === 0) this.#groups.set(key, (group = { waiting: 0, values: new Set() }));
    group.values.add(value);
    group.waiting += 1;
    try {
      await put();
    } finally {
      group.waiting -= 1;
    }
  }

  /** At most so many keys, evenly chosen from all, the oldest and the newest among them. */
  sample(count: number): Written {
    const all = [...this.#groups];
    const step = Math.max(1, all.length / count);
    const chosen: [string, string[]][] = [];
    for (let at = 0; at < all.length; at += step) {
      const entry = all[Math.floor(at)];
      if (entry !== undefined) chosen.push([entry[0], [...entry[1].values]]);
    }
    return chosen;
  }
}

/** How many of the keys hold none of the values that they may. */
export function lostOf(written: Written, values: readonly (string | null | undefined)[]): number {
  return written.filter(([, allowed], at) => {
    const value = values[at];
    return value == null || !allowed.includes(value);
  }).length;
}
