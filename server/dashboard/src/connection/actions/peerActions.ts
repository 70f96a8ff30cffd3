import type { ProcessAction } from '../../../../../shared/http/Processes.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { processBefore } from '../../model/undo/processBefore.ts';
import type { Action } from './Actions.ts';

/** Cuts the peer's connection, and refuses the next ones for a while: it would be back at once otherwise. */
export function disconnectAction(peer: PeerId, forMs: number): Action {
  return {
    label: `Disconnect ${peer} for ${forMs / 1000} s`,
    method: 'POST',
    path: `/peers/${peer}/disconnect`,
    body: { forMs },
    words: ['disconnect', peer, '--for', `${forMs / 1000}s`],
    needs: 'admin',
    asks: [],
    inverse: () => ({ none: 'It ends by itself.' }),
  };
}

export function timeoutAction(peer: PeerId): Action {
  return {
    label: `${peer}'s election timer runs out`,
    method: 'POST',
    path: `/peers/${peer}/timeout`,
    body: undefined,
    words: ['timeout', peer],
    needs: 'admin',
    asks: [],
    inverse: () => ({ none: 'Terms do not go back.' }),
    note: 'A peer that hears a leader does not stand: pause, kill or cut off the leader, wait for a timeout, and try again.',
  };
}

const LABELS: Readonly<Record<ProcessAction, string>> = {
  stop: 'Stop',
  kill: 'Kill',
  start: 'Start',
  restart: 'Restart',
  pause: 'Pause',
  resume: 'Resume',
};

/** To the process of a peer, which its owner carries out. */
export function processAction(peer: PeerId, action: ProcessAction): Action {
  return {
    label: `${LABELS[action]} ${peer}`,
    method: 'POST',
    path: `/peers/${peer}/process`,
    body: { action },
    words: ['process', action, peer],
    needs: 'owner',
    asks: ['processes'],
    inverse: ({ processes }) => {
      if (processes === undefined) return { none: 'How it was before is not known.' };
      const back = processBefore(processes, peer, action);
      return typeof back === 'string' ? processAction(peer, back) : back;
    },
  };
}
