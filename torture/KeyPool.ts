import type { Random } from '../shared/random.ts';

/** Keys in use at a time. */
const PLACES = 8;
/** What a history of one key may have, so that it can be judged: then a new key takes its place. */
const CALLS_MAX = 150;
const OPEN_MAX = 6;

interface Place {
  key: string;
  calls: number;
  open: number;
}

/** The keys of one round, none of which was there before. None is the beginning of another, so a list can read just one. */
export class KeyPool {
  readonly prefix: string;
  readonly keys: string[] = [];
  readonly #places: Place[] = [];
  readonly #placeOf = new Map<string, Place>();

  constructor(round: number) {
    this.prefix = `torture/${round}/`;
    for (let at = 0; at < PLACES; at += 1) this.#places.push(this.#new());
  }

  /** The key for the next call. */
  take(random: Random): string {
    const at = Math.floor(random() * PLACES);
    let place = this.#places[at] ?? this.#new();
    if (place.calls >= CALLS_MAX || place.open >= OPEN_MAX) place = this.#places[at] = this.#new();
    place.calls += 1;
    return place.key;
  }

  /** A write of this key may have happened, or may yet. */
  leaveOpen(key: string): void {
    const place = this.#placeOf.get(key);
    if (place !== undefined) place.open += 1;
  }

  #new(): Place {
    const key = `${this.prefix}k${this.keys.length + 1}/`;
    this.keys.push(key);
    const place = { key, calls: 0, open: 0 };
    this.#placeOf.set(key, place);
    return place;
  }
}
