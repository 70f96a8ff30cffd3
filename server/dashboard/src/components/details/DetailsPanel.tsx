import { useEffect } from 'preact/hooks';
import { useStore } from '../../hooks/useStore.ts';
import { clockText } from '../../model/words.ts';
import type { Picture } from '../../model/Picture.ts';
import type { Selection } from '../../model/Selection.ts';
import { EntryDetails } from './EntryDetails.tsx';
import { FrameDetails } from './FrameDetails.tsx';
import { LinkDetails } from './LinkDetails.tsx';
import { PeerDetails } from './PeerDetails.tsx';
import { uncoverWhenDone } from './select.ts';

/** What is selected, in full. */
export function DetailsPanel() {
  const { picture, view } = useStore();
  useEffect(() => uncoverWhenDone(view), [view]);
  const selection = view.selected.value;
  return (
    <section class="card details" aria-labelledby="details-title">
      <div class="details-head">
        <h2 id="details-title">Details</h2>
        {selection !== null && (
          <button type="button" class="small" onClick={() => (view.selected.value = null)}>
            Close <kbd>Esc</kbd>
          </button>
        )}
      </div>
      {selection === null || picture.value === null ? (
        <p class="hint">
          Click a peer, a link or a dot, or press Enter on a peer; arrows go from peer to peer, <kbd>F</kbd> takes the
          newest frame. A dot that flies is caught best while time stands: <kbd>Space</kbd>.
        </p>
      ) : (
        <Selected picture={picture.value} selection={selection} />
      )}
    </section>
  );
}

function Selected({ picture, selection }: { readonly picture: Picture; readonly selection: Selection }) {
  switch (selection.kind) {
    case 'peer':
      return <PeerDetails picture={picture} id={selection.id} />;
    case 'link':
      return <LinkDetails picture={picture} from={selection.from} to={selection.to} />;
    case 'frame':
      return <FrameDetails seq={selection.seq} />;
    case 'entry':
      return <EntryDetails picture={picture} peer={selection.peer} index={selection.index} />;
    case 'event':
      return (
        <p>
          <span class="muted numbers">{clockText(selection.atMs)}</span> {selection.text}
        </p>
      );
    case 'question':
      return <p class="muted">Questions are answered under Why.</p>;
  }
}
