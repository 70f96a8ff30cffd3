import { useEffect } from 'preact/hooks';
import type { Tour } from '../../../../../client/scenario/Tour.ts';
import { useDerived } from '../../hooks/useDerived.ts';
import { useStore } from '../../hooks/useStore.ts';
import { tourLacks, TOUR_COMMAND } from '../../model/tours/tourNeeds.ts';
import { Copyable } from '../Copyable.tsx';
import { LookingOnly } from '../shell/LookingOnly.tsx';

/** The guided tours that there are: each breaks this very cluster, step by step, and puts everything back. */
export function ToursPanel() {
  const { tours, may, view } = useStore();
  const on = useDerived(() => view.tour.value?.tour ?? null, [view]);
  useEffect(() => void tours?.load(), [tours]);
  const list = tours?.list.value ?? null;
  if (tours === null || may.value !== 'everything') {
    return (
      <>
        <LookingOnly what="Here begin guided tours, which break a cluster step by step" />
        <HowToHaveOne />
      </>
    );
  }
  if (on !== null) return <p class="card hint">{`The tour "${on}" is on. Its card stands at the ring.`}</p>;
  return (
    <section class="card tours" aria-labelledby="tours-title">
      <h2 id="tours-title">Guided tours</h2>
      <p class="hint">
        Each breaks this cluster for real, step by step, with words to it. The peers are started anew with slow timers
        first, on a network without faults. When you stop, the network and the timers are put back as they were, and all
        peers run.
      </p>
      <LeftBehind />
      {list === null && <p role="status">Fetching them…</p>}
      {typeof list === 'string' && <p class="refusal">{list}</p>}
      {Array.isArray(list) && <List tours={list as readonly Tour[]} />}
    </section>
  );
}

function List({ tours }: { readonly tours: readonly Tour[] }) {
  const store = useStore();
  const { picture } = store;
  const lacks = useDerived(() => {
    const now = picture.value;
    return now === null || tours[0] === undefined ? null : tourLacks(tours[0], now);
  }, [picture, tours]);
  return (
    <>
      {lacks !== null && (
        <>
          <p class="refusal">{lacks}</p>
          <HowToHaveOne />
        </>
      )}
      <ol class="tour-list">
        {tours.map((tour) => (
          <li key={tour.id}>
            <h3>{tour.name}</h3>
            <p>{tour.about}</p>
            {lacks === null && (
              <button type="button" onClick={() => store.tours?.start(tour)}>
                Start <span class="unseen">{tour.name}</span>
                <span class="muted"> {tour.cards.length} steps</span>
              </button>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The page was closed or loaded anew in the midst of a tour. */
function LeftBehind() {
  const { tours } = useStore();
  if (tours?.isLeftBehind.value !== true) return null;
  return (
    <p class="tour-left">
      A tour that was begun in this browser did not end, unless it is on in another window: what it changed is still so.{' '}
      <button type="button" class="heal" onClick={() => void tours.stop()}>
        Put everything back
      </button>
    </p>
  );
}

function HowToHaveOne() {
  return (
    <div class="commands">
      <p class="hint">A cluster that tours can drive is started by</p>
      <Copyable text={TOUR_COMMAND} what="the command line" />
    </div>
  );
}
