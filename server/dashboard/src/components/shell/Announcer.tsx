import { headlineOf } from '../../model/headline.ts';
import type { Picture } from '../../model/Picture.ts';

/** Tells a screen reader who leads, whenever that changes, and nothing else. */
export function Announcer({ picture, isStale }: { readonly picture: Picture; readonly isStale: boolean }) {
  const { title } = headlineOf(picture);
  return (
    <p class="unseen" role="status" aria-live="polite">
      {isStale ? 'Not connected: what is shown is old' : title}
    </p>
  );
}
