import type { ReadOptions, Wait } from '../../client/keyPaths.ts';
import type { RelayClient } from '../../client/RelayClient.ts';
import type { Invocation } from '../Command.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import type { Settings } from '../settings/Settings.ts';
import { AT, READ, TIMEOUT } from '../settings/storeSettings.ts';

export interface StoreAccess {
  readonly client: RelayClient;
  readonly cluster: string;
  readonly wait: Wait;
}

/** @throws {WhitewaterError} as `chosenCluster` does */
export async function storeAccess({ settings }: Invocation): Promise<StoreAccess> {
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  return { client: access.client, cluster, wait: { timeoutMs: settings.get(TIMEOUT) } };
}

export function readOptions(settings: Settings): ReadOptions {
  const at = settings.get(AT);
  const timeoutMs = settings.get(TIMEOUT);
  return { consistency: settings.get(READ), timeoutMs, ...(at === undefined ? {} : { at }) };
}
