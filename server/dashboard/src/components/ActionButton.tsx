import type { ComponentChildren } from 'preact';
import type { Action } from '../connection/Action.ts';
import type { Actions } from '../hooks/useActions.ts';

interface ActionButtonProps {
  /** Null when it cannot be done now. */
  readonly action: Action | null;
  readonly actions: Actions;
  /** What it does, or why it cannot be done. */
  readonly title: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** Does something to the cluster; shows its commands as soon as the pointer or the keyboard is on it. */
export function ActionButton({ action, actions, title, children, ...rest }: ActionButtonProps) {
  const show = (): void => actions.setPreview(action);
  const hide = (): void => actions.setPreview(null);
  return (
    <button
      type="button"
      class={rest.class}
      title={title}
      disabled={action === null}
      onClick={() => {
        if (action === null) return;
        // The leader may have changed since the pointer came, and with it what this does.
        show();
        actions.run(action);
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
