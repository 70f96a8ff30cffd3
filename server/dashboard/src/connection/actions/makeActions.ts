import { batch, computed, signal } from '@preact/signals';
import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import { renamed } from '../../model/undo/Epochs.ts';
import { type Action, type Actions, type Before, type Deed, DEEDS_MAX, isAction, type Outcome } from './Actions.ts';
import { askBefore } from './askBefore.ts';
import { consequencesOf } from './consequences.ts';
import { makeReversals } from './makeReversals.ts';
import { sender } from './send.ts';

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
  let lastChange: Promise<unknown> = Promise.resolve();

  const change = (number: number, changes: Partial<Deed>): void => {
    done.value = done.value.map((deed) => (deed.number === number ? { ...deed, ...changes } : deed));
  };
  /** The faults of epoch `from` are those of epoch `to` now. */
  const rename = (from: number, to: number): void => void (done.value = renamedIn(done.value, from, to));
  const carryOut = async (number: number, action: Action, before: Before | null): Promise<Outcome> => {
    const sent = await send(action);
    const epochs = done.value.find((deed) => deed.number === number)?.epochs ?? null;
    change(number, consequencesOf(action, before, sent, epochs));
    return sent.outcome;
  };
  const begin = (action: Action): number => {
    const number = ++count;
    batch(() => {
      done.value = [{ number, action, askedAtMs: Date.now(), ...NOTHING_YET }, ...done.value].slice(0, DEEDS_MAX);
      undoTrouble.value = previewed.value = reversal.value = null;
    });
    return number;
  };
  /** What is in force before a change is what the change before it led to, however fast they follow on each other. */
  const askedBefore = (action: Action): Promise<Before | null> =>
    (isShortChange(action) ? lastChange : Promise.resolve()).then(() => askBefore(client, cluster, action));
  const run: Actions['run'] = (action, { stroke } = {}) => {
    const going = stroke === undefined ? undefined : strokes.get(stroke);
    const { number, before } = going ?? { number: begin(action), before: askedBefore(action) };
    // What a hand did later must not arrive earlier.
    const outcome = Promise.all([before, going?.last]).then(([known]) => carryOut(number, action, known));
    // Whoever undoes means what was done just now, even if its answer is on the way.
    if (action.key === undefined) void inTurn(() => outcome);
    if (isShortChange(action)) lastChange = outcome;
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
    ask: async (action) => (await send(action)).outcome,
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

/** A change of the network alone. Peers that start anew with other settings take a minute, for which nothing else waits. */
function isShortChange({ asks, next }: Action): boolean {
  return asks.includes('network') && next === undefined;
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
  // Of what was refused, half may have been done.
  const newest = done.filter(({ outcome, inverse }) => outcome?.kind !== 'refused' || inverse !== null);
  const end = newest.findIndex(({ isUndone }) => !isUndone);
  return (end === -1 ? newest : newest.slice(0, end)).at(-1) ?? null;
}

function renamedIn(deeds: readonly Deed[], from: number, to: number): readonly Deed[] {
  return deeds.map((deed) => ({ ...deed, epochs: renamed(deed.epochs, from, to) }));
}
