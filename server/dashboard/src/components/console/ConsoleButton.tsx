import type { Action } from '../../connection/actions/Actions.ts';
import { useStore } from '../../hooks/useStore.ts';

interface ConsoleButtonProps {
  readonly text: string;
  /** Null when it cannot be asked now. */
  readonly action: Action | null;
  readonly title: string;
  readonly onAsk: (action: Action) => void;
}

/** As an ActionButton, for what may be a question too. */
export function ConsoleButton({ text, action, title, onAsk }: ConsoleButtonProps) {
  const { actions } = useStore();
  const show = (): void => actions.preview(action);
  const hide = (): void => actions.preview(null);
  return (
    <button
      type="button"
      class="small"
      title={title}
      disabled={action === null}
      onClick={() => {
        if (action !== null) onAsk(action);
      }}
      onMouseEnter={show}
      onMouseLeave={hide}
      onFocus={show}
      onBlur={hide}
    >
      {text}
    </button>
  );
}
