import { Network } from '../../client/Network.ts';
import type { NetworkClient } from '../../client/NetworkClient.ts';
import type { Invocation } from '../Command.ts';
import { chosenCluster, relayAccess, type RelayAccess } from '../live/relayAccess.ts';

export interface NetworkAccess extends RelayAccess {
  readonly cluster: string;
  readonly routes: NetworkClient;
  readonly network: Network;
}

/** @throws {WhitewaterError} as `chosenCluster` does */
export async function networkAccess({ settings }: Pick<Invocation, 'settings'>): Promise<NetworkAccess> {
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  return { ...access, cluster, routes: access.client.network(cluster), network: new Network(access.client, cluster) };
}
