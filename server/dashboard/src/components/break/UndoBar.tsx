import { healAction } from '../../connection/actions/networkActions.ts';
import { isAction } from '../../connection/actions/Actions.ts';
import { useStore } from '../../hooks/useStore.ts';
import { ActionButton } from '../ActionButton.tsx';

/** Back, forth, and everything whole; what each would do stands in its title and, at a touch, below with its commands. */
export function UndoBar() {
  const { actions } = useStore();
  const undoable = actions.undoable.value;
  const redoable = actions.redoable.value;
  const inverse = undoable !== null && isAction(undoable.inverse) ? undoable.inverse : null;
  const preview = (action: typeof inverse): Record<string, () => void> => ({
    onMouseEnter: () => actions.preview(action),
    onMouseLeave: () => actions.preview(null),
    onFocus: () => actions.preview(action),
    onBlur: () => actions.preview(null),
  });
  return (
    <>
      <div class="row">
        <button
          type="button"
          disabled={undoable === null}
          title={
            undoable === null ? 'There is nothing to undo' : `${undoable.action.label}: ${inverse?.label ?? ''} (U)`
          }
          onClick={() => void actions.undo()}
          {...preview(inverse)}
        >
          Undo
        </button>
        <button
          type="button"
          disabled={redoable === null}
          title={redoable === null ? 'Nothing was undone' : `${redoable.action.label}, again (Shift+U)`}
          onClick={() => void actions.redo()}
          {...preview(redoable?.action ?? null)}
        >
          Redo
        </button>
        <ActionButton
          class="heal"
          action={healAction()}
          title="No partition, no rules, a reliable network, and nobody is refused (H)"
        >
          Heal
        </ActionButton>
      </div>
      <UndoTrouble />
    </>
  );
}

/** Why nothing was undone; whether to do it all the same, where somebody else changed the network. */
function UndoTrouble() {
  const { actions } = useStore();
  const trouble = actions.undoTrouble.value;
  if (trouble === null) return null;
  return (
    <div class="undo-trouble" role="alert">
      {trouble.code === 'EPOCH_DIFFERS' ? (
        <>
          <p>
            The network was changed since, by somebody else or by a rule that ended. What they did would be undone too.
          </p>
          <button type="button" class="small" onClick={() => void actions.undo('allTheSame')}>
            Undo all the same
          </button>
        </>
      ) : (
        <p class="refusal">
          Not undone: <code>{trouble.code}</code> {trouble.message}
        </p>
      )}
    </div>
  );
}
