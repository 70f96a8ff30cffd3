import { startPeersLine } from '../connection/shell.ts';
import { Copyable } from './Copyable.tsx';
import { Notice } from './Notice.tsx';

/** The relay runs, and nobody is on it. */
export function EmptyState({ relay, wanted }: { readonly relay: string; readonly wanted: string | null }) {
  return (
    <Notice title={wanted === null ? 'No peers yet' : `This relay knows no cluster ${wanted}`}>
      <p>The relay is running and waits for peers. Start five of them in a shell:</p>
      <Copyable text={startPeersLine(relay, 5, wanted)} what="the command that starts five peers" />
      <p class="muted">They appear here by themselves as soon as they connect.</p>
    </Notice>
  );
}
