import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../hooks/useStore.ts';
import { headlineOf } from '../../model/headline.ts';

/** At most one sentence in so long: more cannot be listened to. */
const EVERY_MS = 2000;

/** Tells a screen reader who leads, whenever that changes, and what the page has to say besides. */
export function Announcer() {
  const { picture, link, announced } = useStore();
  const now = picture.value;
  const title = now === null ? '' : headlineOf(now).title;
  const sentence = useUnhurried(link.value.isStale ? 'Not connected: what is shown is old' : title);
  const said = useUnhurried(announced.value);
  return (
    <>
      <p class="unseen" role="status" aria-live="polite">
        {sentence}
      </p>
      <p class="unseen" aria-live="polite">
        {said}
      </p>
    </>
  );
}

/** The newest text, changed no more often than EVERY_MS; what came and went meanwhile is left out. */
function useUnhurried(text: string): string {
  const shown = useSignal(text);
  const changedAtMs = useRef(performance.now());
  useEffect(() => {
    if (text === shown.peek()) return undefined;
    const waitMs = Math.max(0, changedAtMs.current + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      changedAtMs.current = performance.now();
      shown.value = text;
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text, shown]);
  return shown.value;
}
