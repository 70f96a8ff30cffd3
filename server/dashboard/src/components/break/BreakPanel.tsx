import { usePartition } from '../../hooks/usePartition.ts';
import { useStore } from '../../hooks/useStore.ts';
import { LookingOnly } from '../shell/LookingOnly.tsx';
import { Controls } from './Controls.tsx';

/** What breaks the network, where one may. */
export function BreakPanel() {
  const { picture, may } = useStore();
  const { inForce, draft, draftGroups, isChanged, letters, put, reset } = usePartition();
  if (picture.value === null) return null;
  if (may.value === 'looking') return <LookingOnly what="Here stands what breaks the network" />;
  return (
    <Controls
      {...{ inForce, draft, draftGroups, isChanged, letters }}
      picture={picture.value}
      onPut={(peer, group) => put(peer, () => group)}
      onReset={reset}
    />
  );
}
