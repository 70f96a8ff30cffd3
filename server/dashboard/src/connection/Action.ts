import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { ClusterId, PeerId } from '../../../../shared/ids.ts';
import { type Groups, groupsText } from '../model/groups.ts';

/** Something to do to a cluster: as a sentence, as an HTTP request, as words on the command line. */
export interface Action {
  readonly label: string;
  readonly method: 'PUT' | 'POST';
  /** Below `/api/clusters/:cluster`. */
  readonly path: string;
  readonly body: unknown;
  readonly words: readonly string[];
  readonly run: (client: RelayClient, cluster: ClusterId) => Promise<unknown>;
}

export function partitionAction(groups: Groups): Action {
  const text = groupsText(groups);
  return {
    label: `Partition ${text.replaceAll('|', ' | ').replaceAll(',', ' ')}`,
    method: 'PUT',
    path: '/partition',
    body: { groups },
    words: ['partition', `"${text}"`],
    run: (client, cluster) => client.setPartition(cluster, groups),
  };
}

export function isolateAction(peer: PeerId, groups: Groups): Action {
  return { ...partitionAction(groups), label: `Isolate ${peer}`, words: ['isolate', peer] };
}

export function healAction(): Action {
  return {
    label: 'Heal',
    method: 'POST',
    path: '/heal',
    body: undefined,
    words: ['heal'],
    run: (client, cluster) => client.heal(cluster),
  };
}

/** Cuts the peer's connection, and refuses the next ones for a while: it would be back at once otherwise. */
export function disconnectAction(peer: PeerId, forMs: number): Action {
  return {
    label: `Disconnect ${peer} for ${forMs / 1000} s`,
    method: 'POST',
    path: `/peers/${peer}/disconnect`,
    body: { forMs },
    words: ['disconnect', peer, '--for', `${forMs / 1000}s`],
    run: (client, cluster) => client.disconnect(cluster, peer, { forMs }),
  };
}
