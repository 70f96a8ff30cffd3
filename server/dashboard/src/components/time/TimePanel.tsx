import { useStore } from '../../hooks/useStore.ts';
import { EventList } from './EventList.tsx';

/** What happened, as a list. */
export function TimePanel() {
  const { picture } = useStore();
  return picture.value === null ? null : <EventList events={picture.value.events} />;
}
