import type { Configuration } from '../../../shared/messages/Configuration.ts';
import type { Entry } from '../../../shared/messages/Entry.ts';

interface Placed {
  readonly index: number;
  readonly configuration: Configuration;
}

/**
 * The configurations that stand in the log. The newest is in force, committed or not (paper, section 6),
 * so one that is truncated must give way to the one before it.
 */
export class ConfigurationHistory {
  /** In order of index; the first one is at or below the log's base. Never empty. */
  #placed: Placed[];

  constructor(base: Placed) {
    this.#placed = [base];
  }

  get latest(): Configuration {
    return this.#newest.configuration;
  }

  /** Where the configuration in force stands; 0 for the one that the cluster was founded with. */
  get latestIndex(): number {
    return this.#newest.index;
  }

  /** The one in force for the entry at `index`, which is not below the base. */
  at(index: number): Configuration {
    let found = this.#placed[0];
    for (const placed of this.#placed) if (placed.index <= index) found = placed;
    return (found ?? this.#newest).configuration;
  }

  /** Whether it holds of the one in force at `index`, or of a later one. Asked in every step. */
  anySince(index: number, holds: (configuration: Configuration) => boolean): boolean {
    for (let position = this.#placed.length - 1; position >= 0; position -= 1) {
      const placed = this.#placed[position];
      if (placed === undefined || holds(placed.configuration)) return placed !== undefined;
      // Earlier ones are not in force at the index.
      if (placed.index <= index) return false;
    }
    return false;
  }

  appended(firstIndex: number, entries: readonly Entry[]): void {
    entries.forEach((entry, offset) => {
      if (entry.type !== 'configuration') return;
      this.#placed.push({ index: firstIndex + offset, configuration: entry.configuration });
    });
  }

  truncated(fromIndex: number): void {
    this.#placed = this.#placed.filter(({ index }, position) => position === 0 || index < fromIndex);
  }

  /** Everything up to `index` left the log. */
  compacted(index: number): void {
    this.#placed = [{ index, configuration: this.at(index) }, ...this.#placed.filter((placed) => placed.index > index)];
  }

  /** A snapshot took the place of the whole log. */
  replaced(index: number, configuration: Configuration): void {
    this.#placed = [{ index, configuration }];
  }

  get #newest(): Placed {
    const newest = this.#placed.at(-1);
    if (newest === undefined) throw new RangeError('a configuration history is never empty');
    return newest;
  }
}
