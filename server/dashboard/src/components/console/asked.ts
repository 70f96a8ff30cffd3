import { signal, type Signal } from '@preact/signals';
import type { KeyValueItem } from '../../../../../shared/keyValue.ts';
import type { Action, Outcome } from '../../connection/actions/Actions.ts';
import { agoText } from '../../model/words.ts';
import type { Store } from '../../state/Store.ts';

/** One request of the console, and what came of it. */
export interface Asked {
  readonly number: number;
  readonly action: Action;
  readonly askedAtMs: number;
  /** Null while it is under way. */
  readonly outcome: Outcome | null;
  readonly tookMs: number | null;
}

export const ASKED_MAX = 200;
/** So many at once: the relay's client has a place for each. */
export const UNDER_WAY_MAX = 8;

/** They stay while another panel stands in the console's place. */
const lists = new WeakMap<Store, Signal<readonly Asked[]>>();
let count = 0;

/** Newest first, at most ASKED_MAX. */
export function askedOf(store: Store): Signal<readonly Asked[]> {
  const known = lists.get(store) ?? signal<readonly Asked[]>([]);
  lists.set(store, known);
  return known;
}

/** Asks, and marks the stretch from asking to answer in the clients' lane. Writes are deeds, and can be undone. */
export async function ask(store: Store, action: Action): Promise<Outcome> {
  const list = askedOf(store);
  const number = ++count;
  const askedAtMs = Date.now();
  const startMs = performance.now();
  list.value = [{ number, action, askedAtMs, outcome: null, tookMs: null }, ...list.value].slice(0, ASKED_MAX);
  const outcome = await (action.method === 'GET' ? store.actions.ask(action) : store.actions.run(action));
  const tookMs = performance.now() - startMs;
  list.value = list.value.map((asked) => (asked.number === number ? { ...asked, outcome, tookMs } : asked));
  mark(store, action, outcome, tookMs);
  return outcome;
}

/** When it was answered, on the relay's clock; added then, so that its tone says what came of it. */
function mark({ history, live }: Store, action: Action, outcome: Outcome, tookMs: number): void {
  const picture = live.peek();
  if (picture === null) return;
  const nowMs = picture.relayTimeMs + (performance.now() - picture.receivedAtMs);
  history.marks.add({
    ...{ atMs: nowMs - tookMs, untilMs: nowMs, lane: 'clients', peer: null, kind: action.words[0] ?? 'write' },
    text: `${action.label}: ${answerText(outcome)} after ${agoText(tookMs)}`,
    tone: outcome.kind === 'done' ? 'good' : outcome.kind === 'unknown' ? 'bad' : 'plain',
    isAsked: true,
  });
}

/** Yes, no for certain, or unknown; with the value, or the code and what to do. */
export function answerText(outcome: Outcome): string {
  if (outcome.kind === 'done') return `yes${doneText(outcome.answer)}`;
  const { code, message } = outcome.error;
  return `${outcome.kind === 'refused' ? 'no, certainly' : 'unknown'}: ${code} ${message}`;
}

interface KnownAnswers {
  readonly value?: string;
  readonly revision?: number;
  readonly items?: readonly KeyValueItem[];
  readonly more?: boolean;
}

function doneText(answer: unknown): string {
  const { value, revision, items, more = false } = (answer ?? {}) as KnownAnswers;
  if (items !== undefined) {
    const texts = items.map((item) => `${item.key} = ${JSON.stringify(item.value)}`);
    return texts.length === 0 ? ': no keys' : `: ${texts.join(', ')}${more ? ', and more' : ''}`;
  }
  if (value !== undefined) return `: ${JSON.stringify(value)}, revision ${revision}`;
  return revision === undefined ? '' : revision === 0 ? ': it is gone' : `: revision ${revision}`;
}

/** The revision that an answer told of the key; null when it told none. */
export function revisionIn(outcome: Outcome): number | null {
  if (outcome.kind !== 'done') return null;
  const { revision, items } = (outcome.answer ?? {}) as KnownAnswers;
  return items === undefined && revision !== undefined ? revision : null;
}
