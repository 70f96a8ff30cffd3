import { batch, type ReadonlySignal } from '@preact/signals';
import { guardOf } from '../../model/undo/Epochs.ts';
import { type Action, type Before, type Deed, isAction, type Outcome } from './Actions.ts';
import { consequencesOf, epochInAny } from './consequences.ts';
import type { Sent } from './send.ts';

export interface ReversalPorts {
  readonly send: (action: Action) => Promise<Sent>;
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
    const guard = how === 'ifUnchanged' && deed.epochs !== null ? `?epoch=${guardOf(deed.epochs)}` : '';
    const { outcome, answers } = await send(guarded(inverse, guard));
    batch(() => {
      onEnd({ ...inverse, label: `undo of ${deed.action.label}` }, outcome);
      if (outcome.kind === 'done') change(deed.number, { isUndone: true });
      // What is put back already is not put back again.
      else if (answers.length > 0 && inverse.next !== undefined) change(deed.number, { inverse: inverse.next });
      const epoch = epochInAny(answers);
      if (deed.epochs !== null && epoch !== null) rename(deed.epochs.before, epoch);
    });
  };
  const redo = async (): Promise<void> => {
    const deed = redoable.peek();
    if (deed === null) return;
    const known = await before(deed.action);
    const sent = await send(deed.action);
    batch(() => {
      onEnd(deed.action, sent.outcome);
      if (sent.answers.length === 0) return;
      const changes = consequencesOf(deed.action, known, sent, null);
      const { epochs = null } = changes;
      if (deed.epochs !== null && epochs !== null) rename(deed.epochs.after, epochs.after);
      change(deed.number, { ...changes, isUndone: false });
    });
  };
  return { undo, redo };
}

/** Of a deed's requests, the one that puts the faults back says of which epoch they have to be. */
function guarded(action: Action, query: string): Action {
  const path = action.path === '/network' ? `${action.path}${query}` : action.path;
  return { ...action, path, ...(action.next === undefined ? {} : { next: guarded(action.next, query) }) };
}
