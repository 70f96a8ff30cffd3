import { useMemo } from 'preact/hooks';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useStore } from '../../hooks/useStore.ts';
import { type Lane, lanesOf } from '../../model/time/lanes.ts';

/** All lanes, made anew when there is another mark. */
export function useLanes(peers: readonly PeerId[]): () => readonly Lane[] {
  const { history } = useStore();
  return useMemo(() => {
    let known: { readonly version: number; readonly lanes: readonly Lane[] } | null = null;
    return (): readonly Lane[] => {
      const version = history.marks.version.peek();
      // Rows of what overlaps are dealt over all there is, so that nothing changes its row while one looks elsewhere.
      if (known?.version !== version) known = { version, lanes: lanesOf(history.marks.in(-Infinity, Infinity), peers) };
      return known.lanes;
    };
  }, [history, peers]);
}
