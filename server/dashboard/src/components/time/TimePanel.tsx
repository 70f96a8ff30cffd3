import { useStore } from '../../hooks/useStore.ts';
import { EventList } from './EventList.tsx';
import { Lanes } from './Lanes.tsx';
import { SpaceTimeCard } from './SpaceTimeCard.tsx';

/** What happened: over the scale of time, of a chosen stretch frame by frame, and as a list. */
export function TimePanel() {
  const { picture, view } = useStore();
  if (picture.value === null) return null;
  return (
    <div class="tables">
      <Lanes />
      {view.range.value !== null && <SpaceTimeCard range={view.range.value} />}
      <EventList events={picture.value.events} />
    </div>
  );
}
