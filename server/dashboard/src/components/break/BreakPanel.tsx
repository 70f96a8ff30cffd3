import { useStore } from '../../hooks/useStore.ts';
import { LookingOnly } from '../shell/LookingOnly.tsx';
import { DeedsPart } from './DeedsPart.tsx';
import { MembersPart } from './MembersPart.tsx';
import { NetworkPart } from './NetworkPart.tsx';
import { OptionsPart } from './OptionsPart.tsx';
import { PartitionPart } from './PartitionPart.tsx';
import { PeersPart } from './PeersPart.tsx';
import { UndoBar } from './UndoBar.tsx';

/** Everything that breaks the cluster, and what makes it whole, where one may. */
export function BreakPanel() {
  const { picture, may } = useStore();
  if (picture.value === null) return null;
  if (may.value !== 'everything') return <LookingOnly what="Here stands what breaks the network" />;
  return (
    <section class="card controls" aria-labelledby="controls-title">
      <div class="controls-head">
        <h2 id="controls-title">Break it</h2>
        <UndoBar />
      </div>
      <PartitionPart picture={picture.value} />
      <NetworkPart picture={picture.value} />
      <PeersPart picture={picture.value} />
      <MembersPart picture={picture.value} />
      <OptionsPart picture={picture.value} />
      <DeedsPart />
    </section>
  );
}
