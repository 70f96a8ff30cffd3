import type { PeerId } from '../../../../../shared/ids.ts';
import { brings, entryIn } from '../../model/frames/entryIn.ts';
import { peerOf } from '../../model/crown.ts';
import type { Picture } from '../../model/Picture.ts';
import { FrameButton } from './FrameButton.tsx';
import { Json } from './Json.tsx';
import { SelectButton } from './SelectButton.tsx';
import { useFrameText } from './useFrameText.ts';
import { useNewestFrames } from './useNewestFrames.ts';
import type { FrameSeen } from '../../model/history/History.ts';

interface EntryDetailsProps {
  readonly picture: Picture;
  readonly peer: PeerId;
  readonly index: number;
}

/** One entry of one peer's log: where it stands, and its content where a frame that brought it is still kept. */
export function EntryDetails({ picture, peer, index }: EntryDetailsProps) {
  const status = peerOf(picture, peer)?.view.status ?? null;
  const term = status?.terms?.findLast(({ firstIndex }) => firstIndex <= index)?.term;
  const [brought] = useNewestFrames(`${peer} ${index}`, (sample) => brings(sample, index), 1);
  return (
    <>
      <h3>
        Entry {index} <span class="muted">of {peer}</span>
      </h3>
      <dl class="facts">
        <dt>Term</dt>
        <dd>{term ?? 'not told'}</dd>
        <dt>State</dt>
        <dd>{status === null ? 'not told' : stateOf(index, status)}</dd>
      </dl>
      <div class="row">
        <SelectButton selection={{ kind: 'peer', id: peer }} />
      </div>
      {brought === undefined ? (
        <p class="hint">
          Statuses tell term and index of an entry, not its content; no frame of the last seconds brought this one.
        </p>
      ) : (
        <Content seen={brought} index={index} />
      )}
    </>
  );
}

function Content({ seen, index }: { readonly seen: FrameSeen; readonly index: number }) {
  const asked = useFrameText(seen.sample.seq);
  const entry = asked.phase === 'known' ? entryIn(asked.text.text, index) : null;
  return (
    <section class="detail-part">
      <h4>A frame that brought this index</h4>
      <FrameButton seen={seen} />
      {entry !== null && <Json title="The entry" text={JSON.stringify(entry, null, 2)} isOpen={true} />}
    </section>
  );
}

interface Indexes {
  readonly lastLogIndex: number;
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly snapshotIndex: number;
}

function stateOf(index: number, { lastLogIndex, commitIndex, lastApplied, snapshotIndex }: Indexes): string {
  if (index > lastLogIndex) return 'not in its log';
  if (index <= snapshotIndex) return 'committed and applied; it is in the snapshot';
  if (index <= lastApplied) return 'committed and applied';
  return index <= commitIndex ? 'committed, not yet applied' : 'not known to be committed';
}
