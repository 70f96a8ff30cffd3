import type { Status } from '../../shared/messages/Status.ts';
import type { Invocation } from '../Command.ts';
import { withLeader } from '../live/leaderMeant.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { printAnswer } from './printAnswer.ts';

/** Asks a peer to take its election timer for run out, and says what may come of it. */
export async function timeOutPeer(invocation: Invocation): Promise<number> {
  const { settings, args } = invocation;
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  const [peer = ''] = await withLeader(args.slice(0, 1), access.client, cluster);
  const answer = await access.client.timeOut(cluster, peer);
  const status = answer.peers.find(({ id }) => id === peer)?.status;
  printAnswer(
    invocation,
    answer,
    `${cluster}: asked ${peer} to take its election timer for run out; ${outlook(status)}`,
  );
  return 0;
}

/** @param status as it was told last */
function outlook(status: Status | null | undefined): string {
  if (status?.role === 'leader') return 'it leads, has no such timer, and does nothing';
  if (status?.role === 'learner') return 'it learns, has no such timer, and does nothing';
  if (status?.preVote === true) return 'it asks for pre-votes first, and those who hear a leader refuse';
  if (status?.checkQuorum === true) return 'it stands, unless it hears a leader itself';
  return 'it stands, whoever leads';
}
