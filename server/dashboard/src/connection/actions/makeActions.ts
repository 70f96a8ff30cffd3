import { batch, computed, signal } from '@preact/signals';
import { RelayHttp } from '../../../../../client/RelayHttp.ts';
import type { RelayClient } from '../../../../../client/RelayClient.ts';
import { WhitewaterError } from '../../../../../shared/errors.ts';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import { renamed } from '../../model/undo/Epochs.ts';
import { type Action, type Actions, type Before, type Deed, DEEDS_MAX, isAction, type Outcome } from './Actions.ts';
import { askBefore } from './askBefore.ts';
import { epochsOf, inverseOf } from './consequences.ts';
import { makeReversals } from './makeReversals.ts';

const TIMEOUT_MS = 10_000;
/** Of the others it can be looked up whether they took effect. */
const HAS_EFFECT = /^\/(?:kv|members|transfer|processes|peers\/[^/]+\/process)(?:\/|$)/;
const NOTHING_YET = { outcome: null, inverse: null, isUndone: false, epochs: null };

export interface ActionsOptions {
  readonly base: URL;
  readonly client: RelayClient;
  readonly cluster: ClusterId;
}

/** Sends actions to the relay, and remembers what was done. */
export function makeActions({ base, client, cluster }: ActionsOptions): Actions {
  const send = sender(base, cluster);
  const done = signal<readonly Deed[]>([]);
  const previewed = signal<Action | null>(null);
  const reversal = signal<Actions['reversal']['value']>(null);
  const undoTrouble = signal<ErrorAnswer | null>(null);
  const undoable = computed(() => done.value.find(({ inverse, isUndone }) => !isUndone && isAction(inverse)) ?? null);
  const redoable = computed(() => redoableOf(done.value));
  const strokes = new Map<number, Stroke>();
  const inTurn = oneAtATime();
  let count = 0;

  const change = (number: number, changes: Partial<Deed>): void => {
    done.value = done.value.map((deed) => (deed.number === number ? { ...deed, ...changes } : deed));
  };
  /** The faults of epoch `from` are those of epoch `to` now. */
  const rename = (from: number, to: number): void => void (done.value = renamedIn(done.value, from, to));
  const carryOut = async (number: number, action: Action, before: Before | null): Promise<Outcome> => {
    const outcome = await send(action);
    if (outcome.kind !== 'done') {
      // Of a stroke, what was done before stays, and so does what undoes it.
      change(number, { action, outcome });
      return outcome;
    }
    const { answer } = outcome;
    const inverse = inverseOf(action, before, answer);
    change(number, { action, outcome, inverse, epochs: epochsOf(before, answer) });
    return outcome;
  };
  const begin = (action: Action): number => {
    const number = ++count;
    batch(() => {
      done.value = [{ number, action, askedAtMs: Date.now(), ...NOTHING_YET }, ...done.value].slice(0, DEEDS_MAX);
      undoTrouble.value = previewed.value = reversal.value = null;
    });
    return number;
  };
  const run: Actions['run'] = (action, { stroke } = {}) => {
    const going = stroke === undefined ? undefined : strokes.get(stroke);
    const { number, before } = going ?? { number: begin(action), before: askBefore(client, cluster, action) };
    // What a hand did later must not arrive earlier.
    const outcome = Promise.all([before, going?.last]).then(([known]) => carryOut(number, action, known));
    // Whoever undoes means what was done just now, even if its answer is on the way.
    if (action.key === undefined) void inTurn(() => outcome);
    if (stroke !== undefined) {
      strokes.clear();
      strokes.set(stroke, { number, before, last: outcome });
    }
    return outcome;
  };
  const { undo, redo } = makeReversals({
    ...{ send, change, rename, undoable, redoable },
    before: (action) => askBefore(client, cluster, action),
    onEnd: (action, outcome) => {
      previewed.value = null;
      reversal.value = { action, outcome };
      undoTrouble.value = outcome.kind === 'done' ? null : outcome.error;
    },
  });
  return {
    ...{ run, done, reversal, previewed, undoable, redoable, undoTrouble },
    undo: (how = 'ifUnchanged') => inTurn(() => undo(how)),
    redo: () => inTurn(redo),
    ask: send,
    preview: (action) => (previewed.value = action),
  };
}

/** The deed of a stroke that goes on, and what was in force before it began. */
interface Stroke {
  readonly number: number;
  readonly before: Promise<Before | null>;
  /** Its newest request. */
  readonly last: Promise<Outcome>;
}

/** @returns begins what it is given when everything before it has ended */
function oneAtATime(): (work: () => Promise<unknown>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(work).then(() => undefined);
    return last;
  };
}

/** What was undone last, unless something else was done since. */
function redoableOf(done: readonly Deed[]): Deed | null {
  const newest = done.filter(({ outcome }) => outcome?.kind !== 'refused');
  const end = newest.findIndex(({ isUndone }) => !isUndone);
  return (end === -1 ? newest : newest.slice(0, end)).at(-1) ?? null;
}

function renamedIn(deeds: readonly Deed[], from: number, to: number): readonly Deed[] {
  return deeds.map((deed) => ({ ...deed, epochs: renamed(deed.epochs, from, to) }));
}

function sender(base: URL, cluster: ClusterId): (action: Action) => Promise<Outcome> {
  const http = new RelayHttp({ url: base.href, timeoutMs: TIMEOUT_MS });
  const send = async (action: Action): Promise<Outcome> => {
    const path = `api/clusters/${encodeURIComponent(cluster)}${action.path}`;
    try {
      const answer = await http.request<unknown>(action.method, path, () => true, {
        ...(action.body === undefined ? {} : { body: action.body }),
        wait: { timeoutMs: action.waitMs ?? TIMEOUT_MS },
        hasEffect: action.method !== 'GET' && HAS_EFFECT.test(action.path),
      });
      return action.next === undefined ? { kind: 'done', answer } : await send(action.next);
    } catch (error) {
      const answer = answerOf(error);
      return { kind: answer.definite || answer.code === 'RELAY_UNREACHABLE' ? 'refused' : 'unknown', error: answer };
    }
  };
  return send;
}

function answerOf(error: unknown): ErrorAnswer {
  if (error instanceof WhitewaterError) {
    return { code: error.code, message: error.message, definite: error.definite };
  }
  return { code: 'INTERNAL', message: String(error), definite: false };
}
