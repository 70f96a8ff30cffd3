import { useEffect, useRef } from 'preact/hooks';
import type { Action } from '../connection/actions/Actions.ts';
import { useStore } from './useStore.ts';

/** At most four requests a second. */
const EVERY_MS = 250;
/** Keys have no release: what is pressed within so long is one movement. */
const PAUSE_MS = 1000;

let strokes = 0;

export interface Stroke {
  /** Sends an action of the movement: at once, or with the next turn, and then the newest. */
  readonly move: (action: Action) => void;
  /** The hand lets go. */
  readonly end: () => void;
}

/** Movements of a slider: each is one deed, from touch to release. */
export function useStroke(): Stroke {
  const { actions } = useStore();
  const going = useRef({ number: 0, sentAtMs: 0, next: null as Action | null, turn: 0, pause: 0 });
  const send = (): void => {
    const { current } = going;
    const { next, number } = current;
    current.turn = 0;
    current.next = null;
    current.sentAtMs = performance.now();
    if (next !== null) void actions.run(next, { stroke: number });
  };
  const end = (): void => {
    const { current } = going;
    window.clearTimeout(current.turn);
    window.clearTimeout(current.pause);
    send();
    current.number = 0;
  };
  const move = (action: Action): void => {
    const { current } = going;
    if (current.number === 0) current.number = ++strokes;
    current.next = action;
    if (current.turn === 0) {
      current.turn = window.setTimeout(send, Math.max(0, current.sentAtMs + EVERY_MS - performance.now()));
    }
    window.clearTimeout(current.pause);
    current.pause = window.setTimeout(end, PAUSE_MS);
  };
  useEffect(() => end, []);
  return { move, end };
}
