import type { ProcessAction, ProcessView } from '../../../../../shared/http/Processes.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { processAction } from '../../connection/actions/peerActions.ts';
import type { Picture } from '../../model/Picture.ts';
import { ActionButton } from '../ActionButton.tsx';

const BUTTONS: readonly (readonly [ProcessAction, string, string])[] = [
  ['kill', 'Kill', 'Its process ends at once, with what it had in memory alone (K)'],
  ['stop', 'Stop', 'Its process ends by itself (S)'],
  ['restart', 'Restart', 'Its process ends by itself and starts anew (R)'],
  ['pause', 'Pause', 'Its process stands still: it hears and says nothing (Z)'],
  ['resume', 'Resume', 'Its process goes on (Z)'],
  ['start', 'Start', 'Its process starts again (S)'],
];

/** What its owner can do to the process of a peer, as that process is now. */
export function ProcessButtons({ picture, id }: { readonly picture: Picture; readonly id: PeerId }) {
  const process = picture.processes?.processes.find((known) => known.id === id);
  if (process === undefined) {
    return (
      <p class="hint">
        Its process is nobody's here: stop, kill and pause work on peers that <code>npx whitewater up</code> started.
      </p>
    );
  }
  return (
    <>
      <div class="row">
        {BUTTONS.filter(([action]) => isFit(action, process.state)).map(([action, text, title]) => (
          <ActionButton key={action} class="small" action={processAction(id, action)} title={title}>
            {text}
          </ActionButton>
        ))}
      </div>
      <p class="hint numbers">
        Its process is {process.state}
        {process.pid === null ? '' : `, pid ${process.pid}`}; started again {process.restarts} times.
      </p>
    </>
  );
}

/** Whether it makes sense for a process in this state. */
export function isFit(action: ProcessAction, state: ProcessView['state']): boolean {
  if (action === 'start') return state === 'down' || state === 'over';
  if (action === 'resume') return state === 'paused';
  if (action === 'pause') return state === 'running';
  return state === 'running' || state === 'paused' || state === 'restarting';
}
