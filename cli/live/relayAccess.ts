import { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Settings } from '../settings/Settings.ts';
import { URL_OF_RELAY, WHICH_CLUSTER } from '../settings/sharedSettings.ts';
import { tokenOf } from '../settings/token.ts';
import { isInhabited } from './uninhabited.ts';

export interface RelayAccess {
  readonly url: string;
  readonly token: string | undefined;
  readonly client: RelayClient;
}

export function relayAccess(settings: Settings): RelayAccess {
  const url = settings.get(URL_OF_RELAY);
  const token = tokenOf(settings);
  return { url, token, client: new RelayClient({ url, ...(token === undefined ? {} : { token }) }) };
}

/**
 * The cluster that was named, or else the only one there is; those that are only prepared count if there are no others.
 * @throws {WhitewaterError} CLUSTER_UNKNOWN when there is none, USAGE when there are several
 */
export async function chosenCluster({ url, client }: RelayAccess, settings: Settings): Promise<string> {
  const named = settings.get(WHICH_CLUSTER);
  if (named !== undefined) return named;
  const all = await client.clusters();
  const inhabited = all.filter(isInhabited);
  const ids = (inhabited.length > 0 ? inhabited : all).map(({ id }) => id);
  if (ids.length > 1) {
    throw new WhitewaterError(
      'USAGE',
      `the relay has ${ids.length} clusters (${ids.join(', ')}); name one with --cluster`,
    );
  }
  if (ids[0] === undefined) {
    throw new WhitewaterError('CLUSTER_UNKNOWN', `no peer has connected to the relay at ${url} yet; start some first`);
  }
  return ids[0];
}
