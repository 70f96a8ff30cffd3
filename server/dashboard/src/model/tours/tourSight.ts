import { amountOf } from '../../../../../client/scenario/amounts.ts';
import { filled } from '../../../../../client/scenario/filled.ts';
import { type LookAt, type LookQuestion, parseLookAt } from '../../../../../client/scenario/Look.ts';
import type { TourLook } from '../../../../../client/scenario/Tour.ts';
import { idsOf, type Scope, type Sight, type Who } from '../../../../../client/scenario/who.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Selection } from '../Selection.ts';
import type { Question } from '../why/Explanation.ts';
import type { TourSight } from './TourState.ts';

/** What there is to see when a step is done, with the names of who it is now. @throws {RangeError} when it names nobody */
export function tourSight(look: TourLook, memory: ReadonlyMap<string, unknown>, sight: Sight, scope: Scope): TourSight {
  const at = parseLookAt(look.at, scope);
  const selection = selectionOf(at, memory, sight);
  return {
    text: filled(look.text, memory),
    selection,
    panel: at.kind === 'entry' ? 'log' : isPanel(at.kind) ? at.kind : null,
    question: look.ask === null ? null : questionOf(look.ask, at, memory, sight),
  };
}

function isPanel(kind: LookAt['kind']): kind is NonNullable<TourSight['panel']> {
  return kind === 'log' || kind === 'time' || kind === 'judge' || kind === 'console';
}

function one(who: Who, sight: Sight): PeerId {
  return (idsOf([who], sight)[0] ?? '') as PeerId;
}

function selectionOf(at: LookAt, memory: ReadonlyMap<string, unknown>, sight: Sight): Selection | null {
  switch (at.kind) {
    case 'peer':
      return { kind: 'peer', id: one(at.who, sight) };
    case 'link':
      return { kind: 'link', from: one(at.from, sight), to: one(at.to, sight) };
    case 'entry':
      return { kind: 'entry', peer: one(at.who, sight), index: amountOf(at.index, memory) };
    default:
      return null;
  }
}

/** The reader of tours has seen to it that what is asked can be asked of this. */
function questionOf(
  ask: LookQuestion,
  at: LookAt,
  memory: ReadonlyMap<string, unknown>,
  sight: Sight,
): Question | null {
  if (ask === 'noLeader' || ask === 'whyThisLeader') return { ask };
  if (at.kind === 'peer' && ask !== 'notCommitted' && ask !== 'vanished') return { ask, peer: one(at.who, sight) };
  if (at.kind !== 'entry') return null;
  const index = amountOf(at.index, memory);
  if (ask === 'notCommitted') return { ask, peer: one(at.who, sight), index };
  return ask === 'vanished' && at.term !== undefined ? { ask, index, term: amountOf(at.term, memory) } : null;
}
