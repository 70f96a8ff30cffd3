import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useStore } from '../../hooks/useStore.ts';
import { changesBetween } from '../../model/frames/changes.ts';
import { clockText } from '../../model/words.ts';

const LOOK_AGAIN_MS = 1000;
/** So far back, and so many. */
const WITHIN_MS = 30_000;
const SHOWN_MAX = 4;

interface Change {
  readonly atMs: number;
  readonly words: readonly string[];
}

/** What changed in a peer's statuses last, newest first. */
export function LastChanges({ peer }: { readonly peer: PeerId }) {
  const { history, shownAtMs } = useStore();
  const changes = useSignal<readonly Change[]>([]);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const atMs = shownAtMs();
      const statuses = Number.isNaN(atMs) ? [] : await history.statusesIn(peer, atMs - WITHIN_MS, atMs);
      if (isOver) return;
      const found: Change[] = [];
      for (let index = statuses.length - 1; index > 0 && found.length < SHOWN_MAX; index -= 1) {
        const [before, after] = [statuses[index - 1], statuses[index]];
        if (before === undefined || after === undefined) continue;
        const words = changesBetween(before.status, after.status);
        if (words.length > 0) found.push({ atMs: after.atMs, words });
      }
      changes.value = found;
      timer = setTimeout(() => void look(), LOOK_AGAIN_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [history, peer]);
  return (
    <section class="detail-part">
      <h4>What changed last</h4>
      {changes.value.length === 0 ? (
        <p class="muted">Nothing in the last half minute.</p>
      ) : (
        <ol class="changes">
          {changes.value.map(({ atMs, words }) => (
            <li key={atMs}>
              <span class="muted numbers">{clockText(atMs)}</span> {words.join('; ')}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
