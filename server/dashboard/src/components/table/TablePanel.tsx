import { useNow } from '../../hooks/useNow.ts';
import { usePartition } from '../../hooks/usePartition.ts';
import { useStore } from '../../hooks/useStore.ts';
import { ClientTable } from './ClientTable.tsx';
import { LinkTable } from './LinkTable.tsx';
import { LogTable } from './LogTable.tsx';
import { PeerTable } from './PeerTable.tsx';

/** Everything that is drawn, as words and numbers. */
export function TablePanel() {
  const { picture } = useStore();
  const nowMs = useNow(250);
  const { inForce } = usePartition();
  if (picture.value === null) return null;
  return (
    <div class="tables">
      {/* Above what grows under the pointer, or its buttons would slip away from it. */}
      <ClientTable picture={picture.value} nowMs={nowMs} />
      <PeerTable picture={picture.value} {...{ inForce, nowMs }} />
      <LinkTable picture={picture.value} {...{ inForce, nowMs }} />
      <LogTable picture={picture.value} />
    </div>
  );
}
