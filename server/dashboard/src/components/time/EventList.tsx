import type { LiveEvent } from '../../../../../shared/http/Live.ts';
import { useStore } from '../../hooks/useStore.ts';
import { clockText } from '../../model/words.ts';
import { lookAt } from '../../state/view.ts';
import { EventIcon } from './EventIcon.tsx';

/** What happened, newest first; each time leads there. */
export function EventList({ events }: { readonly events: readonly LiveEvent[] }) {
  const store = useStore();
  return (
    <section class="card events" aria-labelledby="events-title">
      <h2 id="events-title">What happened</h2>
      {events.length === 0 ? (
        <p class="muted">Nothing yet.</p>
      ) : (
        // Scrolls, so the keyboard has to reach it.
        <ol tabIndex={0} aria-label="Events, newest first">
          {events.map((event, index) => (
            // Counted from the oldest, so that an event keeps its element while others come before it.
            <li key={events.length - index} data-kind={event.kind}>
              <button
                type="button"
                class="event-time"
                title="Go to this moment"
                onClick={() => lookAt(store, event.timeMs)}
              >
                <time dateTime={new Date(event.timeMs).toISOString()}>{clockText(event.timeMs)}</time>
              </button>
              <EventIcon kind={event.kind} />
              <span class="event-text">{event.text}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
