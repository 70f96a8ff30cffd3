import { useSignal } from '@preact/signals';
import { useDerived } from '../../hooks/useDerived.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { type Sight, WHOLE } from '../../model/time/window.ts';
import { LaneList } from './LaneList.tsx';
import { LanesCanvas } from './LanesCanvas.tsx';
import { LanesHead } from './LanesHead.tsx';
import { LanesLegend } from './LanesLegend.tsx';
import { LaneWords } from './LaneWords.tsx';

/** A lane for each peer, and for faults, clients and checks, over all that is kept. */
export function Lanes() {
  const peers = usePeers();
  const sight = useSignal<Sight>(WHOLE);
  const chosen = useSignal<string | null>(null);
  return (
    <section class="card lanes" aria-labelledby="lanes-title">
      <LanesHead sight={sight} />
      <LanesCanvas {...{ peers, sight, chosen }} />
      <LaneWords {...{ peers, chosen }} />
      <LanesLegend />
      <LaneList peers={peers} />
    </section>
  );
}

/** The same list until somebody comes or goes. */
function usePeers(): readonly PeerId[] {
  const { picture } = useStore();
  const text = useDerived(() => JSON.stringify(picture.value?.peers.map(({ view }) => view.id) ?? []), [picture]);
  return useDerived(() => JSON.parse(text) as PeerId[], [text]);
}
