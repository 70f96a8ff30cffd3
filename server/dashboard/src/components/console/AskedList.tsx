import { useStore } from '../../hooks/useStore.ts';
import { clockText, durationText } from '../../model/words.ts';
import { type Asked, answerText, askedOf } from './asked.ts';

const SHOWN_MAX = 50;

/** What was asked, newest first, and what came of each. */
export function AskedList() {
  const asked = askedOf(useStore()).value;
  if (asked.length === 0) {
    return (
      <p class="hint">
        Each answer is a yes, a certain no, or unknown: who is not told whether a write took effect has to read, and
        decide anew.
      </p>
    );
  }
  return (
    <ol class="asked" aria-label="What was asked" aria-live="polite">
      {asked.slice(0, SHOWN_MAX).map((one) => (
        <li key={one.number} data-outcome={one.outcome?.kind ?? 'underWay'}>
          <span class="muted numbers">{clockText(one.askedAtMs).slice(0, 8)}</span> <b>{one.action.label}</b>
          <p>{textOf(one)}</p>
        </li>
      ))}
    </ol>
  );
}

function textOf({ outcome, tookMs }: Asked): string {
  if (outcome === null) return 'under way: a client asks again until it has an answer, or no more time';
  return `${answerText(outcome)}${tookMs === null ? '' : ` (${durationText(tookMs)})`}`;
}
