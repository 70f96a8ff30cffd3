import type { ClusterId } from '../../../../../shared/ids.ts';
import { startPeersLine } from '../../connection/shell.ts';
import { Copyable } from '../Copyable.tsx';
import { Notice } from '../Notice.tsx';

interface EmptyStateProps {
  readonly relay: string;
  /** The cluster that the address asks for, if it asks for one. */
  readonly wanted: ClusterId | null;
  /** Whether the relay has other clusters. */
  readonly hasOthers: boolean;
}

const DEFAULT_CLUSTER = 'demo';

/** The relay runs, and nobody is there to be shown. */
export function EmptyState({ relay, wanted, hasOthers }: EmptyStateProps) {
  const line = startPeersLine(relay, 5, wanted === DEFAULT_CLUSTER ? null : wanted);
  return (
    <Notice title={wanted !== null && hasOthers ? `This relay knows no cluster ${wanted}` : 'No peers yet'}>
      <p>The relay is running and waits for peers. Start five of them in a shell:</p>
      <Copyable text={line} what="the command that starts five peers" />
      <p class="muted">They appear here by themselves as soon as they connect.</p>
    </Notice>
  );
}
