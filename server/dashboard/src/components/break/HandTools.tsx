import { useStore } from '../../hooks/useStore.ts';
import type { Hand } from '../../state/Store.ts';
import { HAND_WORDS } from './breakKeys.ts';

const LASSO = 'M-6-1C-6-5 6-5 6-1C6 3-6 3-6-1M-4 2C-6 4-3 5-4 8';
const SCISSORS = 'M-5-6L4 5M5-6L-4 5M-5 7a2 2 0 1 1 .1 0M5 7a2 2 0 1 1 .1 0';

/** What the hand on the ring is for, at the upper left of it. */
export function HandTools() {
  const { view } = useStore();
  const hand = view.hand.value;
  const tool = (text: string, path: string, means: Hand, title: string) => (
    <button
      type="button"
      class="small"
      aria-pressed={hand === means || (means === 'scissors' && hand === 'scissorsBoth')}
      title={title}
      onClick={() => (view.hand.value = hand === means ? 'pointer' : means)}
    >
      <svg class="sign" width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
        <path d={path} />
      </svg>
      <span class="unseen">{text}</span>
    </button>
  );
  return (
    <div class="hand-tools">
      <div class="row" role="group" aria-label="Hands on the ring">
        {tool(
          'Lasso',
          LASSO,
          'lasso',
          'Lasso: peers within it are cut from all others; with a mouse it works without this',
        )}
        {tool('Scissors', SCISSORS, 'scissors', 'Scissors: a click cuts one direction of a link (X)')}
      </div>
      {hand !== 'pointer' && <p class="hand-words">{HAND_WORDS[hand]}</p>}
    </div>
  );
}
