import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import { useClusterStore } from '../hooks/useClusterStore.ts';
import { type Clusters, useClusters } from '../hooks/useClusters.ts';
import { useDerived } from '../hooks/useDerived.ts';
import { useSession } from '../hooks/useSession.ts';
import { StoreContext } from '../hooks/useStore.ts';
import { chosenCluster, clusterInHash } from '../model/chosenCluster.ts';
import { opened } from '../state/opened.ts';
import { ClusterChooser } from './shell/ClusterChooser.tsx';
import { ClusterPage } from './ClusterPage.tsx';
import { ConnectionState } from './shell/ConnectionState.tsx';
import { EmptyState } from './shell/EmptyState.tsx';
import { Header } from './shell/Header.tsx';
import { Notice } from './Notice.tsx';
import { OpenTrouble } from './shell/OpenTrouble.tsx';
import { PageTools } from './shell/PageTools.tsx';
import { RecordingState } from './shell/RecordingState.tsx';
import { Tagline } from './shell/Tagline.tsx';
import { TokenPrompt } from './shell/TokenPrompt.tsx';

interface AppProps {
  readonly base: URL;
  readonly client: RelayClient;
}

/** Decides what there is to see: a cluster, a recording, the way to start one, the question for a token, or that nobody answers. */
export function App({ base, client }: AppProps) {
  const { clusters, askAgain } = useClusters(client);
  const [wanted, choose] = useWantedCluster();
  const known = clusters.phase === 'known' ? clusters.clusters : [];
  const cluster = chosenCluster(wanted, known);
  const { session, rights, ask: askForSession } = useSession(base);
  const count = useSignal(known.length);
  count.value = known.length;
  const isOnlyCluster = useComputed(() => count.value < 2);
  const store = useClusterStore({ base, client, cluster, session, rights, isOnlyCluster });
  const relay = base.href.replace(/\/$/, '');
  const recording = opened.value?.store ?? null;
  const shown = recording ?? store;

  useEffect(() => {
    // Without this the page would drop what it shows as soon as the relay, started anew, lists other clusters.
    if (wanted === null && cluster !== null) choose(cluster);
  }, [wanted, cluster, choose]);

  const onOpened = useCallback(() => {
    askAgain();
    askForSession();
    store?.retry();
  }, [askAgain, askForSession, store]);

  const isFed = useDerived(() => store?.link.value.state.phase === 'live', [store]);
  useEffect(() => {
    // A relay that was started anew may have other tokens.
    if (isFed) askForSession();
  }, [isFed, askForSession]);

  const isRefused = useDerived(() => store?.link.value.state.phase === 'unauthorised', [store]);
  const isLocked = recording === null && (clusters.phase === 'unauthorised' || isRefused);
  const hasPicture = useDerived(() => shown !== null && shown.picture.value !== null, [shown]);
  const body = (): ComponentChildren => {
    if (isLocked) return <TokenPrompt base={base} onOpened={onOpened} />;
    if (shown !== null && hasPicture) return <ClusterPage key={shown} />;
    return <Waiting clusters={clusters} wanted={wanted} relay={relay} onRetry={askAgain} />;
  };

  return (
    <StoreContext.Provider value={isLocked ? null : shown}>
      <Header>
        <ClusterChooser clusters={known} chosen={shown?.cluster ?? cluster} onChoose={choose} />
        {store !== null && recording === null && !isLocked && hasPicture && <Tagline />}
        {shown !== null && !isLocked && (recording === null ? <ConnectionState /> : <RecordingState canClose />)}
        <PageTools />
      </Header>
      <main>
        <OpenTrouble />
        {body()}
      </main>
    </StoreContext.Provider>
  );
}

interface WaitingProps {
  readonly clusters: Clusters;
  readonly wanted: ClusterId | null;
  readonly relay: string;
  readonly onRetry: () => void;
}

/** There is no picture of a cluster yet: why, and what to do about it. */
function Waiting({ clusters, wanted, relay, onRetry }: WaitingProps) {
  if (clusters.phase === 'failed') {
    return (
      <Notice title="The relay does not answer" isAlert>
        <p>
          <code>{clusters.error.code}</code> {clusters.error.message}
        </p>
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      </Notice>
    );
  }
  const isUnknown = clusters.phase === 'known' && !clusters.clusters.some(({ id }) => id === wanted);
  if (isUnknown) return <EmptyState relay={relay} wanted={wanted} hasOthers={clusters.clusters.length > 0} />;
  return (
    <p class="waiting" role="status">
      Connecting to the relay…
    </p>
  );
}

/** The cluster that the address bar names, so that a link and a reload lead to the same one. */
function useWantedCluster(): [ClusterId | null, (cluster: ClusterId) => void] {
  const [wanted, setWanted] = useState(() => clusterInHash(location.hash));
  useEffect(() => {
    const read = (): void => setWanted(clusterInHash(location.hash));
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  const choose = useCallback((cluster: ClusterId) => {
    history.replaceState(null, '', `#${cluster}`);
    setWanted(cluster);
  }, []);
  return [wanted, choose];
}
