import { WebSocket } from 'ws';
import { Network } from '../../client/Network.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { accountOfMembers } from '../../shared/http/standing.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Scenario } from './Scenario.ts';
import type { OwnCluster } from './OwnCluster.ts';
import type { Stage } from '../../client/scenario/Stage.ts';

/** Processes have to start and connect, on a machine that may have much else to do. */
const CONNECTED_WITHIN_MS = 60_000;

export interface StageParts {
  readonly url: string;
  readonly token: string | undefined;
  readonly cluster: string;
  readonly peers: readonly string[];
  readonly seed: string;
  /** Undefined when somebody else runs the peers. */
  readonly own: OwnCluster | undefined;
}

/**
 * A cluster whose peers are all connected, with a network without faults that draws from the seed.
 * @throws {WhitewaterError} TIMED_OUT when they are not; USAGE when others vote too
 */
export async function openStage({ url, token, cluster, peers, seed, own }: StageParts): Promise<Stage> {
  const client = new RelayClient({ url, WebSocket, ...(token === undefined ? {} : { token }) });
  const network = new Network(client, cluster);
  const view = await network.until(
    (view) => {
      const away = peers.filter((id) => !view.peers.some((peer) => peer.id === id && peer.connected));
      return away.length === 0 || `${away.join(', ')} not connected`;
    },
    { withinMs: own === undefined ? 1000 : CONNECTED_WITHIN_MS, what: `the peers ${peers.join(', ')} of ${cluster}` },
  );
  if (own === undefined) refuseFurther(view, peers);
  const journalAfter = own === undefined ? await newestLine(network) : 0;
  await network.heal();
  await network.seed(seed);
  return {
    ...{ client, network, cluster, peers, processes: own, journalAfter },
    ...{ memory: new Map(), requests: new Map(), random: seededRandom(seed, 'scenario') },
  };
}

/** Whoever else votes would win elections and make majorities of which the steps know nothing. */
function refuseFurther(view: ClusterView, peers: readonly string[]): void {
  const voters = accountOfMembers(view.leader, view.peers)?.voters ?? [];
  const further = voters.filter((id) => !peers.includes(id));
  if (further.length === 0) return;
  const message = `${view.id} has ${further.join(', ')} among its voters too, whom nothing here names: name all of them ("peers" of a scenario, --peers of chaos), or leave --url out for a cluster of your own`;
  throw new WhitewaterError('USAGE', message);
}

/** The number of the newest line of its journal, behind which that of this run begins. */
async function newestLine(network: Network): Promise<number> {
  for await (const line of network.journal({ limit: 0 })) if (line.kind === 'journal') return line.newest;
  return 0;
}

/** @throws {WhitewaterError} USAGE when a scenario does what only the owner of the processes can do */
export function checkForeign({ file, needsProcesses }: Scenario): void {
  if (needsProcesses === undefined) return;
  throw new WhitewaterError(
    'USAGE',
    `${file}: ${needsProcesses} needs processes that this command started; run it without --url`,
  );
}
