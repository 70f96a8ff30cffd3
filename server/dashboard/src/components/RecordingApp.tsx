import { StoreContext } from '../hooks/useStore.ts';
import { opened, opening } from '../state/opened.ts';
import { ClusterPage } from './ClusterPage.tsx';
import { Notice } from './Notice.tsx';
import { Header } from './shell/Header.tsx';
import { PageTools } from './shell/PageTools.tsx';
import { RecordingState } from './shell/RecordingState.tsx';

/** A recording that was opened from a disk: no relay is there, and none is asked. */
export function RecordingApp() {
  const store = opened.value?.store ?? null;
  if (store === null) {
    const { trouble } = opening.value;
    return (
      <>
        <Header>{null}</Header>
        <main>
          {trouble === null ? (
            <p class="waiting" role="status">
              Opening the recording…
            </p>
          ) : (
            <Notice title="This recording cannot be opened" isAlert>
              <p>{trouble}</p>
            </Notice>
          )}
        </main>
      </>
    );
  }
  return (
    <StoreContext.Provider value={store}>
      <Header>
        <p class="cluster-name">
          cluster <strong>{store.cluster}</strong>
        </p>
        <RecordingState canClose={false} />
        <PageTools />
      </Header>
      <main>
        <ClusterPage />
      </main>
    </StoreContext.Provider>
  );
}
