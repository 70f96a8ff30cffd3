import { useDerived } from '../../hooks/useDerived.ts';
import { useStore } from '../../hooks/useStore.ts';
import { TourCard } from './TourCard.tsx';

/** What a guided tour says now; in a lecture without one, the last thing that happened. */
export function TourPlace() {
  const { view, picture } = useStore();
  const newest = useDerived(() => picture.value?.events[0]?.text, [picture]);
  const tour = view.tour.value;
  if (tour !== null) return <TourCard tour={tour} />;
  if (view.look.value !== 'projector' || newest === undefined) return null;
  return (
    <section class="card tour-card" aria-label="The last event">
      <p class="tour-text">{newest}</p>
    </section>
  );
}
