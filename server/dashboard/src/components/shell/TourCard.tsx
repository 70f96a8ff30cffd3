import { useStore } from '../../hooks/useStore.ts';

/** What a guided tour says now; in a lecture without one, the last thing that happened. */
export function TourCard() {
  const { view, picture } = useStore();
  const tour = view.tour.value;
  if (tour !== null) {
    return (
      <section class="card tour-card" aria-live="polite" aria-label="Guided tour">
        <p class="muted">{`${tour.tour}, ${tour.step} of ${tour.of}`}</p>
        <p class="tour-text">{tour.text}</p>
        {tour.waits !== null && <p class="muted">{tour.waits}</p>}
      </section>
    );
  }
  const newest = picture.value?.events[0];
  if (view.look.value !== 'projector' || newest === undefined) return null;
  return (
    <section class="card tour-card" aria-label="The last event">
      <p class="tour-text">{newest.text}</p>
    </section>
  );
}
