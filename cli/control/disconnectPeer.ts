import type { Invocation } from '../Command.ts';
import { withLeader } from '../live/leaderMeant.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { formatDuration } from '../view/durations.ts';
import { printAnswer } from './printAnswer.ts';

/** @param forMs for how long the relay refuses the peer's next connections */
export async function disconnectPeer(invocation: Invocation, forMs: number): Promise<number> {
  const { settings, args } = invocation;
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  const [peer = ''] = await withLeader(args.slice(0, 1), access.client, cluster);
  const answer = await access.client.disconnect(cluster, peer, forMs === 0 ? {} : { forMs });
  const next = forMs === 0 ? 'it may come back at once' : `it is refused for ${formatDuration(forMs)}`;
  printAnswer(invocation, answer, `${cluster}: cut the connection of ${peer}; ${next}`);
  return 0;
}
