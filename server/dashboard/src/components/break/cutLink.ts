import { linkName } from '../../../../../client/Network.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Action } from '../../connection/actions/Actions.ts';
import { cutAction } from '../../connection/actions/ruleActions.ts';
import { faultsOf, rulesOf } from '../../model/linkFaults.ts';
import type { Store } from '../../state/Store.ts';

/** What scissors do to a direction of a link, or to both: whatever else a rule of its name does stays. */
export function cutLink({ network, view }: Store, from: PeerId, to: PeerId): Action {
  const rule = rulesOf(network.peek()).find(({ name }) => name === linkName(from, to));
  const faults = rule === undefined ? {} : faultsOf(rule.rule);
  return cutAction(from, to, { both: view.hand.peek() === 'scissorsBoth', faults });
}
