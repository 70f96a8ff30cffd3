import type { Invocation } from '../Command.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { effectOf, formatPartition } from '../view/partitionText.ts';
import { printAnswer } from './printAnswer.ts';

/** Puts a partition in force, in place of the one before, and says who can talk to whom now. */
export async function cutNetwork(invocation: Invocation, groups: readonly (readonly string[])[]): Promise<number> {
  const access = relayAccess(invocation.settings);
  const cluster = await chosenCluster(access, invocation.settings);
  const answer = await access.client.setPartition(cluster, groups);
  printAnswer(invocation, answer, `${cluster}: cut into ${formatPartition(answer)}; ${effectOf(answer)}`);
  return 0;
}
