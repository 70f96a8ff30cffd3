import { useState } from 'preact/hooks';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { Picture } from '../../model/Picture.ts';
import { Part } from './Part.tsx';
import { PeerControls } from './PeerControls.tsx';

/** What is done to one peer; the one that is selected, or the leader, until another is chosen. */
export function PeersPart({ picture }: { readonly picture: Picture }) {
  const { view } = useStore();
  const [own, setOwn] = useState<PeerId | null>(null);
  const ids = picture.peers.map((peer) => peer.view.id);
  const selected = view.selected.value?.kind === 'peer' ? view.selected.value.id : null;
  const chosen = selected ?? own ?? picture.leader ?? ids[0] ?? null;
  const peer = picture.peers.find((known) => known.view.id === chosen);
  return (
    <Part
      title="Peers and processes"
      says={picture.processes?.owned === true ? 'run by whitewater up' : 'not run by whitewater up'}
    >
      <div class="row fields" role="group" aria-label="Which peer">
        {ids.map((id) => (
          <button
            key={id}
            type="button"
            class="small choice"
            aria-pressed={id === chosen}
            onClick={() => {
              setOwn(id);
              if (selected !== null) view.selected.value = { kind: 'peer', id };
            }}
          >
            {id}
          </button>
        ))}
      </div>
      {peer !== undefined && <PeerControls key={peer.view.id} {...{ picture, peer }} />}
    </Part>
  );
}
