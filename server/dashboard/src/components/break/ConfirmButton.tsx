import { useState } from 'preact/hooks';
import type { Action } from '../../connection/actions/Actions.ts';
import { ActionButton } from '../ActionButton.tsx';

interface ConfirmButtonProps {
  readonly action: Action | null;
  readonly title: string;
  readonly text: string;
  /** What it asks before it does it. */
  readonly question: string;
}

/** Asks once: for what takes long, or takes somebody away. */
export function ConfirmButton({ action, title, text, question }: ConfirmButtonProps) {
  const [isAsked, setAsked] = useState(false);
  if (!isAsked) {
    return (
      <button type="button" class="small" title={title} disabled={action === null} onClick={() => setAsked(true)}>
        {text}
      </button>
    );
  }
  return (
    <span class="confirm" role="group" aria-label={question} onClick={() => setAsked(false)}>
      <ActionButton class="small primary" action={action} title={title} isFocused>
        {question}
      </ActionButton>
      <button type="button" class="small">
        No
      </button>
    </span>
  );
}
