import type { Amount } from './conditionTypes.ts';
import { amountOfText } from './parseCondition.ts';
import { parseWho, type Scope, type Who } from './who.ts';

/** Parts of the page that a step may point to. */
export const LOOK_PLACES = ['ring', 'log', 'time', 'judge', 'console'] as const;
export type LookPlace = (typeof LOOK_PLACES)[number];

/** Questions that the page answers of what is pointed to; each needs to be told whom, or which entry, it is about. */
export const LOOK_QUESTIONS = [
  ...['noLeader', 'whyThisLeader', 'notElected', 'notCommitted', 'cannotCommit', 'steppedDown', 'vanished'],
  ...['behind', 'timer'],
] as const;

export type LookQuestion = (typeof LOOK_QUESTIONS)[number];

/** What is pointed to; who it is, is known only when the step is done. */
export type LookAt =
  | { readonly kind: LookPlace }
  | { readonly kind: 'peer'; readonly who: Who }
  | { readonly kind: 'link'; readonly from: Who; readonly to: Who }
  | {
      readonly kind: 'entry';
      readonly who: Who;
      readonly index: Amount;
      /** Of the entry that is meant, whatever stands there now. */
      readonly term: Amount | undefined;
    };

/** What there is to see when a step is done, and what to ask of it. */
export interface Look {
  readonly at: LookAt;
  readonly text: string;
  readonly ask: LookQuestion | undefined;
}

/** What can be said, for errors. */
export const LOOK_FORMS = [...LOOK_PLACES, 'peer WHO', 'link WHO WHO', 'entry WHO INDEX [TERM]'] as const;

/** @throws {RangeError} saying what is legal */
export function parseLookAt(text: string, scope: Scope): LookAt {
  const place = LOOK_PLACES.find((known) => known === text);
  if (place !== undefined) return { kind: place };
  const [word, first, second, third, ...rest] = text.split(' ');
  const who = (name: string): Who => parseWho(name, scope);
  if (rest.length === 0 && first !== undefined) {
    if (word === 'peer' && second === undefined) return { kind: 'peer', who: who(first) };
    if (word === 'link' && second !== undefined && third === undefined) {
      return { kind: 'link', from: who(first), to: who(second) };
    }
    if (word === 'entry' && second !== undefined) {
      const term = third === undefined ? undefined : amountOfText(third, scope);
      return { kind: 'entry', who: who(first), index: amountOfText(second, scope), term };
    }
  }
  throw new RangeError(`${JSON.stringify(text)} is nothing to look at; legal: ${LOOK_FORMS.join(', ')}`);
}

/** What a question has to be told. */
const NEEDS: Readonly<Partial<Record<LookQuestion, LookAt['kind']>>> = {
  ...{ notElected: 'peer', cannotCommit: 'peer', steppedDown: 'peer', behind: 'peer', timer: 'peer' },
  ...{ notCommitted: 'entry', vanished: 'entry' },
};

/** @throws {RangeError} for a question that the page does not know, or that what is pointed to cannot answer */
export function parseLookQuestion(text: string, at: LookAt): LookQuestion {
  const ask = LOOK_QUESTIONS.find((known) => known === text);
  if (ask === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is no question; legal: ${LOOK_QUESTIONS.join(', ')}`);
  }
  const needed = NEEDS[ask];
  if (needed !== undefined && at.kind !== needed) throw new RangeError(`${ask} is asked of "at: ${needed} ..."`);
  if (ask === 'vanished' && at.kind === 'entry' && at.term === undefined) {
    throw new RangeError('vanished is asked of an entry with its term: "at: entry WHO INDEX TERM"');
  }
  return ask;
}
