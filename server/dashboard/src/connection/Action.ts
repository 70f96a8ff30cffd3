import type { NetworkView } from '../../../../shared/http/Network.ts';
import type { PeerId } from '../../../../shared/ids.ts';
import { type Groups, groupsText } from '../model/groups.ts';
import type { Action, Before } from './actions/Actions.ts';

export function partitionAction(groups: Groups): Action {
  const text = groupsText(groups);
  return {
    label: `Partition ${text.replaceAll('|', ' | ').replaceAll(',', ' ')}`,
    method: 'PUT',
    path: '/partition',
    body: { groups },
    words: ['partition', `"${text}"`],
    needs: 'admin',
    inverse: networkAsBefore,
  };
}

export function isolateAction(peer: PeerId, groups: Groups): Action {
  return { ...partitionAction(groups), label: `Isolate ${peer}`, words: ['isolate', peer] };
}

/** Whom an operator refused connections is let in again, and that is not put back. */
export function healAction(): Action {
  return {
    label: 'Heal',
    method: 'POST',
    path: '/heal',
    body: undefined,
    words: ['heal'],
    needs: 'admin',
    inverse: networkAsBefore,
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
    needs: 'admin',
    inverse: () => ({ none: 'It ends by itself.' }),
  };
}

/** Puts the whole network back in one step; the seed is not sent, so that counters go on. */
function networkAsBefore({ network }: Before): Action {
  return {
    label: 'The network as before',
    method: 'PUT',
    path: '/network',
    body: {
      rules: Object.fromEntries(
        network.rules.filter(({ ofProfile }) => !ofProfile).map(({ name, rule }) => [name, rule]),
      ),
      partition: partitionRequest(network.partition),
      profile: network.profile,
    },
    words: [],
    needs: 'admin',
    inverse: networkAsBefore,
  };
}

/** Links within groups that are cut, and groups, are put back as they were; who comes and goes by a shape begins anew. */
function partitionRequest(partition: NetworkView['partition']): unknown {
  if (partition === null) return null;
  const { groups, cuts = [], shape, absences = [], inFlight } = partition;
  const further = inFlight === undefined ? {} : { inFlight };
  if (absences.length > 0 && shape !== undefined) return { shape, ...further };
  return {
    ...(groups.length === 0 ? {} : { groups }),
    ...(cuts.length === 0 ? {} : { cuts }),
    ...further,
  };
}
