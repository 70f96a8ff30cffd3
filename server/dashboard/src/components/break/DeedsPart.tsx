import type { Deed } from '../../connection/actions/Actions.ts';
import { useStore } from '../../hooks/useStore.ts';
import { clockText } from '../../model/words.ts';
import { Part } from './Part.tsx';

const SHOWN_MAX = 20;

/** What was done from this page, newest first: what came of it, and what undoes it. */
export function DeedsPart() {
  const { actions } = useStore();
  const done = actions.done.value;
  return (
    <Part title="What you did" says={done.length === 0 ? 'nothing yet' : String(done.length)}>
      <ol class="deeds">
        {done.slice(0, SHOWN_MAX).map((deed) => (
          <li key={deed.number} data-undone={deed.isUndone}>
            <span class="muted numbers">{clockText(deed.askedAtMs).slice(0, 8)}</span> <b>{deed.action.label}</b>{' '}
            <span class="muted">{stateOf(deed)}</span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function stateOf({ outcome, inverse, isUndone }: Deed): string {
  if (outcome === null) return 'under way';
  if (isUndone) return 'undone';
  const failure = outcome.kind === 'refused' ? `failed: ${outcome.error.code}` : 'not known whether it took effect';
  if (inverse === null) return failure;
  const undoing =
    'none' in inverse
      ? inverse.none
      : `undone by: ${inverse.label}${inverse.note === undefined ? '' : `. ${inverse.note}`}`;
  return outcome.kind === 'done' ? undoing : `${failure}; what was done before, ${undoing}`;
}
