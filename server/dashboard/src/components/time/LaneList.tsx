import { useSignal } from '@preact/signals';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import { lookAt } from '../../state/view.ts';
import { clockText, durationText } from '../../model/words.ts';
import { useLanes } from './useLanes.ts';

/** Of each lane: who wants more goes to an earlier time. */
const NEWEST = 12;

/** The lanes as lists, for whoever does not see them: the newest of each before the time that is drawn. */
export function LaneList({ peers }: { readonly peers: readonly PeerId[] }) {
  const isOpen = useSignal(false);
  return (
    <details class="lane-list" onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>The lanes as lists</summary>
      {isOpen.value && <Lists peers={peers} />}
    </details>
  );
}

function Lists({ peers }: { readonly peers: readonly PeerId[] }) {
  const store = useStore();
  useNow(1000);
  const atMs = store.shownAtMs();
  const lanes = useLanes(peers)();
  return (
    <div class="lane-lists">
      {lanes.map(({ id, title, rows, signs }) => {
        const marks = [...rows.flat(), ...signs]
          .filter((mark) => mark.atMs <= atMs)
          .sort((a, b) => b.atMs - a.atMs)
          .slice(0, NEWEST);
        return (
          <section key={id} aria-label={`Lane of ${title}`}>
            <h3>{title}</h3>
            {marks.length === 0 ? (
              <p class="muted">nothing yet</p>
            ) : (
              <ul>
                {marks.map((mark) => (
                  <li key={`${mark.atMs} ${mark.kind} ${mark.text}`}>
                    <button
                      type="button"
                      class="event-time"
                      title="Go to this moment"
                      onClick={() => lookAt(store, mark.atMs)}
                    >
                      {clockText(mark.atMs)}
                    </button>{' '}
                    {mark.text}
                    {mark.untilMs !== null && (
                      <span class="muted">
                        {mark.untilMs > atMs ? ', still' : `, for ${durationText(mark.untilMs - mark.atMs)}`}
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}
