import type { LiveEvent } from '../../../../../shared/http/Live.ts';
import { EVENT_SIGNS } from '../../geometry/eventSigns.ts';

export function EventIcon({ kind }: { readonly kind: LiveEvent['kind'] }) {
  const isCrown = kind === 'leaderElected' || kind === 'leaderLost';
  return (
    <svg class="event-icon" width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
      <path
        class={isCrown ? 'crown' : 'event-sign'}
        data-kind={kind === 'leaderElected' ? 'full' : 'hollow'}
        d={EVENT_SIGNS[kind]}
        transform={isCrown ? 'translate(0 5)' : ''}
      />
    </svg>
  );
}
