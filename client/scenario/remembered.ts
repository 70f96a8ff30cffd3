import { NUMBER_FIELDS, type NumberField } from './conditionTypes.ts';
import type { Ground } from './Stage.ts';
import { StepFailure } from './StepFailure.ts';
import { idsOf, parseWho, sightOf, type Scope, type Who } from './who.ts';
import { numberOf, witnessesOf } from './witnesses.ts';

/** Something to be known later under a name. */
export type Remembered =
  | { readonly kind: 'who'; readonly who: readonly Who[] }
  /** With something added. */
  | {
      readonly kind: 'number';
      readonly field: NumberField;
      readonly plus: number;
      readonly of: readonly Who[] | undefined;
    }
  /** So many draws from some peers, from the scenario's seed; the same one may be drawn twice, and counts once. */
  | { readonly kind: 'draw'; readonly draws: number; readonly from: readonly Who[] }
  | { readonly kind: 'key'; readonly key: string };

/** @throws {RangeError} */
export function parseRemembered(text: string, scope: Scope): Remembered {
  const whos = (words: string) => words.split(',').map((word) => parseWho(word.trim(), scope));
  const number = new RegExp(`^(${NUMBER_FIELDS.join('|')})(?:\\+(\\d+))?(?: of (\\S+))?$`).exec(text);
  if (number !== null) {
    const [, field, plus = '0', of] = number;
    return {
      kind: 'number',
      field: field as NumberField,
      plus: Number(plus),
      of: of === undefined ? undefined : whos(of),
    };
  }
  const draw = /^draw (\d)(?: of (\S+))?$/.exec(text);
  if (draw !== null) return { kind: 'draw', draws: Number(draw[1]), from: whos(draw[2] ?? 'all') };
  const key = /^key (\S+)$/.exec(text);
  if (key !== null) return { kind: 'key', key: key[1] ?? '' };
  return { kind: 'who', who: whos(text) };
}

/** @throws {StepFailure | RangeError} when there is nothing to remember, such as the leader of a cluster without one */
export async function rememberedValue(what: Remembered, ground: Ground): Promise<unknown> {
  const view = await ground.network.view();
  const sight = sightOf(ground, view);
  switch (what.kind) {
    case 'who': {
      const ids = idsOf(what.who, sight);
      return ids.length === 1 ? ids[0] : ids;
    }
    case 'draw': {
      const from = idsOf(what.from, sight);
      const drawn = Array.from({ length: what.draws }, () => from[Math.floor(ground.random() * from.length)] ?? '');
      return [...new Set(drawn)];
    }
    case 'number': {
      const witnesses = witnessesOf(what.of, ground, view);
      if ('silent' in witnesses) throw new StepFailure(witnesses.silent);
      return Math.max(...witnesses.peers.map((peer) => numberOf(peer, what.field))) + what.plus;
    }
    case 'key': {
      const item = await ground.client.get(ground.cluster, what.key);
      if (item === null) throw new StepFailure(`there is no key ${what.key}`);
      return item.value;
    }
  }
}
