import { Fragment } from 'preact';
import { healAction, partitionAction } from '../../connection/actions/networkActions.ts';
import { type Action, type Deed, requestsOf } from '../../connection/actions/Actions.ts';
import { commandLineOf, curlOf, type ShellContext } from '../../connection/shell.ts';
import { usePartition } from '../../hooks/usePartition.ts';
import { useStore } from '../../hooks/useStore.ts';
import { Copyable } from '../Copyable.tsx';

/** How to do from a shell what a button does: what the pointer is on, else what is being chosen, else what was done last. */
export function ShellPanel() {
  const { actions, shell, may } = useStore();
  const { draftGroups, isChanged } = usePartition();
  if (may.value !== 'everything') return null;
  const deed = actions.reversal.value ?? actions.done.value[0] ?? null;
  const chosen = isChanged && draftGroups.length > 1 ? partitionAction(draftGroups) : null;
  const action = actions.previewed.value ?? chosen ?? deed?.action ?? healAction();
  return (
    <section class="card shell" aria-labelledby="shell-title">
      <div class="shell-head">
        <h2 id="shell-title">
          From a shell: <span class="shell-what">{action.label}</span>
        </h2>
        <Outcome deed={deed} isShown={deed?.action.label === action.label} />
      </div>
      <Commands action={action} context={shell.value} />
    </section>
  );
}

function Commands({ action, context }: { readonly action: Action; readonly context: ShellContext }) {
  return (
    <div class="commands">
      {requestsOf(action).map((request) => (
        <Fragment key={request.path}>
          {request.words.length > 0 && <Copyable text={commandLineOf(request, context)} what="the command line" />}
          <Copyable text={curlOf(request, context)} what="the curl call" />
        </Fragment>
      ))}
      {action.note !== undefined && <p class="hint">{action.note}</p>}
      {context.needsToken && <p class="hint">Both read the relay's token from WHITEWATER_TOKEN.</p>}
    </div>
  );
}

interface OutcomeProps {
  readonly deed: Pick<Deed, 'action' | 'outcome'> | null;
  /** Whether the heading names the deed already. */
  readonly isShown: boolean;
}

function Outcome({ deed, isShown }: OutcomeProps) {
  const label = deed === null || isShown ? '' : `${deed.action.label}: `;
  const outcome = deed?.outcome ?? null;
  return (
    <div aria-live="polite">
      {outcome?.kind === 'done' && <p class="done">{label}done</p>}
      {deed !== null && outcome === null && <p class="muted">{label}under way</p>}
      {outcome !== null && outcome.kind !== 'done' && (
        <p class="refusal">
          {label}
          {outcome.kind === 'refused' ? 'failed' : 'not known whether it took effect'}:{' '}
          <code>{outcome.error.code}</code> {outcome.error.message}
        </p>
      )}
    </div>
  );
}
