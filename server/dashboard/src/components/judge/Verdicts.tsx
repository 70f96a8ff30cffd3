import type { SafetyCheck, SafetyView } from '../../../../../shared/http/Safety.ts';
import { useStore } from '../../hooks/useStore.ts';
import { SAFETY_WORDS } from '../../model/judge/safetyWords.ts';
import { clockText } from '../../model/words.ts';
import { lookAt } from '../../state/view.ts';
import { ActionButton } from '../ActionButton.tsx';
import { SelectButton } from '../details/SelectButton.tsx';
import { judgeAnewAction } from './judgeAnew.ts';

/** A little before an offence there is to see how it came. */
const BEFORE_MS = 1000;

const STATES = {
  holds: { word: 'holds', sign: 'M-5 0L-1.5 4L5-4' },
  broken: { word: 'broken', sign: 'M-4-4L4 4M-4 4L4-4' },
  notJudged: { word: 'not judged', sign: 'M-4 0H4' },
} as const;

/** Raft's promises, each green, red with the first offence, or grey with the reason why it is not judged. */
export function Verdicts({ safety }: { readonly safety: SafetyView | null }) {
  const { may } = useStore();
  if (safety === null) {
    return (
      <>
        <h2 id="judge-title">Judgement</h2>
        <p class="muted">This relay judges nothing.</p>
      </>
    );
  }
  return (
    <>
      <div class="log-head">
        <h2 id="judge-title">{titleOf(safety)}</h2>
        {may.value === 'everything' && (
          <ActionButton action={judgeAnewAction()} class="small" title="Forgets what was seen, and judges from now on">
            Judge anew
          </ActionButton>
        )}
      </div>
      <ul class="verdicts" aria-label="Raft’s promises">
        {safety.checks.map((check) => (
          <Verdict key={check.rule} check={check} />
        ))}
      </ul>
      <p class="muted hint">
        What the peers told the relay since {clockText(safety.sinceMs).slice(0, 8)} is held against Raft’s promises. A
        peer that lies, content of entries, and what nobody told are not seen; <code>whitewater sim</code> and{' '}
        <code>chaos</code> look deeper.
      </p>
    </>
  );
}

function titleOf({ checks }: SafetyView): string {
  const broken = checks.filter(({ state }) => state === 'broken').length;
  if (broken > 0) return `${broken} of ${checks.length} promises ${broken === 1 ? 'is' : 'are'} broken`;
  const unjudged = checks.filter(({ state }) => state === 'notJudged').length;
  return unjudged === 0
    ? `All ${checks.length} promises hold`
    : `${checks.length - unjudged} promises hold, ${unjudged} not judged`;
}

function Verdict({ check }: { readonly check: SafetyCheck }) {
  const { rule, state, why, first } = check;
  const { name, promise } = SAFETY_WORDS[rule];
  const { word, sign } = STATES[state];
  return (
    <li class="verdict" data-rule={rule} data-state={state}>
      <svg class="verdict-sign" width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">
        <circle r="9" />
        <path d={sign} />
      </svg>
      <div>
        <p>
          <b>{name}</b> <span class="verdict-word">{word}</span>
        </p>
        <p class="muted">{promise}</p>
        {why !== undefined && <p class="muted">{why}</p>}
        {first !== undefined && <Offence first={first} />}
      </div>
    </li>
  );
}

function Offence({ first: { timeMs, text, peers } }: { readonly first: NonNullable<SafetyCheck['first']> }) {
  const store = useStore();
  return (
    <>
      <p class="offence">{text}</p>
      <p class="offence-ways">
        <button
          type="button"
          class="small"
          title="A second before the relay was told"
          onClick={() => lookAt(store, timeMs - BEFORE_MS)}
        >
          Go there: {clockText(timeMs)}
        </button>
        {peers.map((id) => (
          <SelectButton key={id} selection={{ kind: 'peer', id }} text={id} />
        ))}
      </p>
    </>
  );
}
