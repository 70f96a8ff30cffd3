import type { NetworkView } from '../../../../../shared/http/Network.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { type Groups, groupsText } from '../../model/groups.ts';
import { networkAsBefore } from '../../model/undo/networkAsBefore.ts';
import type { Action, Before, Inverse } from './Actions.ts';

const NETWORK = { needs: 'admin', asks: ['network'], inverse: asBefore } as const;

export function partitionAction(groups: Groups): Action {
  const text = groupsText(groups);
  return {
    ...NETWORK,
    label: `Partition ${text.replaceAll('|', ' | ').replaceAll(',', ' ')}`,
    method: 'PUT',
    path: '/partition',
    body: { groups },
    words: ['partition', text],
  };
}

export function isolateAction(peer: PeerId, groups: Groups): Action {
  return { ...partitionAction(groups), label: `Isolate ${peer}`, words: ['isolate', peer] };
}

/** By the name of a shape, such as `bridge:p3`. */
export function shapeAction(shape: string): Action {
  return {
    ...NETWORK,
    label: `Partition ${shape}`,
    method: 'PUT',
    path: '/partition',
    body: { shape },
    words: ['partition', shape],
  };
}

/** Ends the partition alone: rules and profile stay. */
export function reconnectAction(): Action {
  return { ...NETWORK, label: 'End the partition', method: 'DELETE', path: '/partition', body: undefined, words: [] };
}

/** @param name a profile that the relay knows */
export function profileAction(name: string): Action {
  return {
    ...NETWORK,
    label: `Network ${name}`,
    method: 'PUT',
    path: '/profile',
    body: { name },
    words: ['profile', name],
  };
}

/** Whom an operator refused connections is let in again, and that is not put back. */
export function healAction(): Action {
  return {
    ...NETWORK,
    label: 'Heal',
    method: 'POST',
    path: '/heal',
    body: undefined,
    words: ['heal'],
    note: 'Peers that were cut off for some seconds may come back at once as well; undo does not cut them off again.',
  };
}

/**
 * The peers and the relay's own client in groups. The client may not have connected yet, so it is named as one beside the groups,
 * which only the whole network can be.
 */
export function clientSideAction(network: NetworkView, groups: Groups, client: PeerId, side: string): Action {
  const text = groupsText(groups);
  return {
    ...NETWORK,
    label: `The console asks ${side}`,
    method: 'PUT',
    path: '/network',
    body: { ...networkAsBefore(network), partition: { groups }, clients: [client] },
    words: ['partition', text],
  };
}

/** Puts the whole network back in one step. */
function asBefore({ network }: Before): Inverse {
  if (network === undefined) return { none: 'What was in force before it is not known.' };
  return {
    ...NETWORK,
    label: 'The network as before',
    method: 'PUT',
    path: '/network',
    body: networkAsBefore(network),
    words: [],
  };
}

export const changesNetwork = NETWORK;
