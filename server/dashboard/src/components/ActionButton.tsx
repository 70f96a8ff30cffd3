import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Action } from '../connection/actions/Actions.ts';
import { useStore } from '../hooks/useStore.ts';

interface ActionButtonProps {
  /** Null when it cannot be done now. */
  readonly action: Action | null;
  /** What it does, or why it cannot be done. */
  readonly title: string;
  readonly class?: string;
  /** Whether it takes the focus as it appears: it stands where another button was pressed. */
  readonly isFocused?: boolean;
  readonly children: ComponentChildren;
}

/** Does something to the cluster; shows its commands as soon as the pointer or the keyboard is on it. */
export function ActionButton({ action, title, children, isFocused = false, ...rest }: ActionButtonProps) {
  const { actions } = useStore();
  const show = (): void => actions.preview(action);
  const hide = (): void => actions.preview(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isFocused) button.current?.focus();
  }, [isFocused]);
  return (
    <button
      ref={button}
      type="button"
      class={rest.class}
      title={title}
      disabled={action === null}
      onClick={() => {
        if (action === null) return;
        // The leader may have changed since the pointer came, and with it what this does.
        show();
        void actions.run(action);
      }}
      onMouseEnter={show}
      onMouseLeave={hide}
      onFocus={show}
      onBlur={hide}
    >
      {children}
    </button>
  );
}
