import { useStore } from '../../hooks/useStore.ts';
import { backToLive } from '../../state/view.ts';

const WHY = {
  looking: 'your token may only look',
  notTold: 'the relay has not told yet whether you may more than look, and is asked again',
} as const;

/** Stands where controls would: why there are none. @param what the controls, as the beginning of a sentence */
export function LookingOnly({ what }: { readonly what: string }) {
  const store = useStore();
  const isPast = store.recording === null && store.view.mode.value.kind === 'past';
  const { value: may } = store.may;
  if (may === 'asking') return null;
  return (
    <section class="card looking-only">
      <p class="muted">
        {store.recording !== null && `${what}; in a recording nothing can be done.`}
        {isPast && `${what}, when you are back at what is live.`}
        {store.recording === null && !isPast && `${what}; ${WHY[may === 'notTold' ? 'notTold' : 'looking']}.`}
      </p>
      {isPast && (
        <button type="button" onClick={() => backToLive(store)}>
          Back to live
        </button>
      )}
    </section>
  );
}
