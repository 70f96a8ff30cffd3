import { WebSocket } from 'ws';
import { Network } from '../../client/Network.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
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

/** A cluster whose peers are all connected, with a network without faults that draws from the seed. */
export async function openStage({ url, token, cluster, peers, seed, own }: StageParts): Promise<Stage> {
  const client = new RelayClient({ url, WebSocket, ...(token === undefined ? {} : { token }) });
  const network = new Network(client, cluster);
  await network.until(
    (view) => {
      const away = peers.filter((id) => !view.peers.some((peer) => peer.id === id && peer.connected));
      return away.length === 0 || `${away.join(', ')} not connected`;
    },
    { withinMs: own === undefined ? 1000 : CONNECTED_WITHIN_MS, what: `the peers ${peers.join(', ')} of ${cluster}` },
  );
  await network.heal();
  await network.seed(seed);
  return {
    ...{ client, network, cluster, peers, processes: own },
    ...{ memory: new Map(), requests: new Map(), random: seededRandom(seed, 'scenario') },
  };
}

/** @throws {WhitewaterError} USAGE when a scenario does what only the owner of the processes can do */
export function checkForeign({ file, needsProcesses }: Scenario): void {
  if (needsProcesses === undefined) return;
  throw new WhitewaterError(
    'USAGE',
    `${file}: ${needsProcesses} needs processes that this command started; run it without --url`,
  );
}
