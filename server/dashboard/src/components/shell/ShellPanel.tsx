import { type Action, healAction, partitionAction } from '../../connection/Action.ts';
import { commandLineOf, curlOf, type ShellContext } from '../../connection/shell.ts';
import type { Actions, Deed } from '../../hooks/useActions.ts';
import type { Groups } from '../../model/groups.ts';
import { Copyable } from '../Copyable.tsx';

interface ShellPanelProps {
  readonly actions: Actions;
  readonly context: ShellContext;
  /** A partition that is chosen and not applied. */
  readonly suggestion: Groups | null;
}

/** How to do from a shell what a button does: what the pointer is on, else what is being chosen, else what was done last. */
export function ShellPanel({ actions: { deed, preview }, context, suggestion }: ShellPanelProps) {
  const chosen = suggestion !== null && suggestion.length > 1 ? partitionAction(suggestion) : null;
  const action = preview ?? chosen ?? deed?.action ?? healAction();
  return (
    <section class="card shell" aria-labelledby="shell-title">
      <div class="shell-head">
        <h2 id="shell-title">
          From a shell: <span class="shell-what">{action.label}</span>
        </h2>
        <Outcome deed={deed} isShown={deed?.action.label === action.label} />
      </div>
      <Commands action={action} context={context} />
    </section>
  );
}

function Commands({ action, context }: { readonly action: Action; readonly context: ShellContext }) {
  return (
    <div class="commands">
      <Copyable text={commandLineOf(action, context)} what="the command line" />
      <Copyable text={curlOf(action, context)} what="the curl call" />
      {context.needsToken && <p class="hint">Both read the relay's token from WHITEWATER_TOKEN.</p>}
    </div>
  );
}

interface OutcomeProps {
  readonly deed: Deed | null;
  /** Whether the heading names the deed already. */
  readonly isShown: boolean;
}

function Outcome({ deed, isShown }: OutcomeProps) {
  const label = deed === null || isShown ? '' : `${deed.action.label}: `;
  return (
    <div aria-live="polite">
      {deed?.outcome === 'done' && <p class="done">{label}done</p>}
      {deed?.outcome === 'running' && <p class="muted">{label}under way</p>}
      {deed?.error != null && (
        <p class="refusal">
          {label}failed: <code>{deed.error.code}</code> {deed.error.message}
        </p>
      )}
    </div>
  );
}
