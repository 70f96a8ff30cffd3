import type { GivenPartition } from '../../client/Given.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { PARTITION_SHAPES } from '../../shared/http/Partition.ts';
import type { Invocation } from '../Command.ts';
import { withLeader } from '../live/leaderMeant.ts';
import { epochOption } from '../network/changeOptions.ts';
import { networkAccess } from '../network/networkAccess.ts';
import { parseGroups } from '../parse/groups.ts';
import { isShape, shapeHint } from '../parse/shape.ts';
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
  if (isShape(text)) return cut(invocation, { shape: text.trim(), ...options });
  const groups = parseGroups(text);
  try {
    return await cut(invocation, { groups, ...options });
  } catch (error) {
    throw groups.flat().length === 1 ? neitherNor(text.trim(), error) : error;
  }
}

/** One word may have been meant as the one or the other. */
function neitherNor(word: string, error: unknown): unknown {
  if (!(error instanceof WhitewaterError) || error.code !== 'PEER_UNKNOWN') return error;
  const message = `${word} is neither a peer nor a shape${shapeHint(word)}; the shapes are ${PARTITION_SHAPES.join(', ')}; ${error.message}`;
  return new WhitewaterError('PEER_UNKNOWN', message, { cause: error });
}

/** Puts a partition in force, in place of the one before, and says who can talk to whom now. */
export async function cutNetwork(invocation: Invocation, groups: readonly (readonly string[])[]): Promise<number> {
  const { cluster, client } = await networkAccess(invocation);
  const named = await Promise.all(groups.map((group) => withLeader(group, client, cluster)));
  return cut(invocation, { groups: named });
}

async function cut(invocation: Invocation, request: GivenPartition): Promise<number> {
  const { cluster, routes } = await networkAccess(invocation);
  const answer = await routes.setPartition(request, epochOption(invocation.settings));
  printAnswer(invocation, answer, `${cluster}: cut into ${cutText(answer)}`);
  return 0;
}

/** A partition in one line, and what it means for elections. */
export function cutText(view: Pick<ClusterView, 'leader' | 'partition' | 'peers'>): string {
  return `${formatPartition(view)}; ${effectOf(view)}`;
}
