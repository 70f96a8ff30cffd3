import { batch, type ReadonlySignal } from '@preact/signals';
import { epochIn } from '../../model/undo/Epochs.ts';
import { type Action, type Before, type Deed, isAction, type Outcome } from './Actions.ts';
import { epochsOf, inverseOf } from './consequences.ts';

export interface ReversalPorts {
  readonly send: (action: Action) => Promise<Outcome>;
  readonly before: (action: Action) => Promise<Before | null>;
  readonly change: (number: number, changes: Partial<Deed>) => void;
  /** The faults of epoch `from` are those of epoch `to` now. */
  readonly rename: (from: number, to: number) => void;
  readonly undoable: ReadonlySignal<Deed | null>;
  readonly redoable: ReadonlySignal<Deed | null>;
  /** Called with what was asked for, and what came of it. */
  readonly onEnd: (action: Action, outcome: Outcome) => void;
}

/** Takes back the newest deed that can be, and does it again. */
export function makeReversals({ send, before, change, rename, undoable, redoable, onEnd }: ReversalPorts) {
  const undo = async (how: 'ifUnchanged' | 'allTheSame'): Promise<void> => {
    const deed = undoable.peek();
    const inverse = deed?.inverse ?? null;
    if (deed === null || !isAction(inverse)) return;
    const guard = how === 'ifUnchanged' && deed.epochs !== null ? `?epoch=${deed.epochs.after}` : '';
    const outcome = await send(guarded(inverse, guard));
    batch(() => {
      onEnd({ ...inverse, label: `undo of ${deed.action.label}` }, outcome);
      if (outcome.kind !== 'done') return;
      change(deed.number, { isUndone: true });
      const epoch = epochIn(outcome.answer);
      if (deed.epochs !== null && epoch !== null) rename(deed.epochs.before, epoch);
    });
  };
  const redo = async (): Promise<void> => {
    const deed = redoable.peek();
    if (deed === null) return;
    const known = await before(deed.action);
    const outcome = await send(deed.action);
    batch(() => {
      onEnd(deed.action, outcome);
      if (outcome.kind !== 'done') return;
      const epochs = epochsOf(known, outcome.answer);
      if (deed.epochs !== null && epochs !== null) rename(deed.epochs.after, epochs.after);
      const inverse = inverseOf(deed.action, known, outcome.answer);
      change(deed.number, { outcome, inverse, epochs, isUndone: false });
    });
  };
  return { undo, redo };
}

/** Of a deed's requests, the one that puts the faults back says of which epoch they have to be. */
function guarded(action: Action, query: string): Action {
  const path = action.path === '/network' ? `${action.path}${query}` : action.path;
  return { ...action, path, ...(action.next === undefined ? {} : { next: guarded(action.next, query) }) };
}
