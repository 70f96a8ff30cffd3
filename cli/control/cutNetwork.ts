import type { GivenPartition } from '../../client/Given.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Invocation } from '../Command.ts';
import { networkAccess } from '../network/networkAccess.ts';
import { parseGroups } from '../parse/groups.ts';
import { isShape } from '../parse/shape.ts';
import { IN_FLIGHT, STEP } from '../settings/partitionSettings.ts';
import { effectOf, formatPartition } from '../view/partitionText.ts';
import { printAnswer } from './printAnswer.ts';

/** Puts a partition in force by its groups or the name of a shape, as the settings of `partition` say. */
export async function cutAsTold(invocation: Invocation, text: string): Promise<number> {
  const [stepMs, inFlight] = [invocation.settings.get(STEP), invocation.settings.get(IN_FLIGHT)];
  const options = {
    ...(stepMs === undefined ? {} : { stepMs }),
    ...(inFlight === undefined ? {} : { inFlight }),
  };
  return cut(invocation, { ...(isShape(text) ? { shape: text.trim() } : { groups: parseGroups(text) }), ...options });
}

/** Puts a partition in force, in place of the one before, and says who can talk to whom now. */
export async function cutNetwork(invocation: Invocation, groups: readonly (readonly string[])[]): Promise<number> {
  return cut(invocation, { groups });
}

async function cut(invocation: Invocation, request: GivenPartition): Promise<number> {
  const { cluster, routes } = await networkAccess(invocation);
  const answer = await routes.setPartition(request);
  printAnswer(invocation, answer, `${cluster}: cut into ${cutText(answer)}`);
  return 0;
}

/** A partition in one line, and what it means for elections. */
export function cutText(view: Pick<ClusterView, 'leader' | 'partition' | 'peers'>): string {
  return `${formatPartition(view)}; ${effectOf(view)}`;
}
