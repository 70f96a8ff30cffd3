import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import type { Rights, Session } from '../connection/session.ts';
import { makeStore } from '../state/makeStore.ts';
import type { Store } from '../state/Store.ts';

export interface ClusterStoreOptions {
  readonly base: URL;
  readonly client: RelayClient;
  readonly cluster: ClusterId | null;
  readonly session: ReadonlySignal<Session | null>;
  readonly rights: ReadonlySignal<Rights>;
  readonly isOnlyCluster: ReadonlySignal<boolean>;
}

/** Follows one cluster; another cluster begins with an empty store. Null until one is chosen. */
export function useClusterStore(options: ClusterStoreOptions): Store | null {
  const { base, client, cluster, session, rights, isOnlyCluster } = options;
  const [store, setStore] = useState<Store | null>(null);
  useEffect(() => {
    if (cluster === null) return undefined;
    const made = makeStore({ base, client, cluster, session, rights, isOnlyCluster });
    setStore(made.store);
    return () => {
      made.stop();
      setStore(null);
    };
  }, [base, client, cluster, session, rights, isOnlyCluster]);
  return store;
}
