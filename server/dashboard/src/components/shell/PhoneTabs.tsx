import type { Signal } from '@preact/signals';
import { useStore } from '../../hooks/useStore.ts';
import { openPanel, type PanelId, PANELS } from '../panels.ts';

/** What a phone shows: it has room for one thing at a time. */
export type PhonePlace = 'ring' | 'side' | 'below' | 'more';

/** These stand at the foot of a phone, as far as there are panels of the name; the others stand under "More". */
const AT_THE_FOOT: readonly PanelId[] = ['log', 'time', 'why'];

/** The tabs at the foot of a phone; elsewhere they are not shown. */
export function PhoneTabs({ place }: { readonly place: Signal<PhonePlace> }) {
  const { view } = useStore();
  const open = place.value === 'side' || place.value === 'below' ? view[place.value].value : null;
  const tab = (key: string, text: string, isOpen: boolean, onClick: () => void) => (
    <button key={key} type="button" aria-pressed={isOpen} onClick={onClick}>
      {text}
    </button>
  );
  return (
    <nav class="phone-tabs" aria-label="Parts of the page">
      {tab('ring', 'Ring', place.value === 'ring', () => (place.value = 'ring'))}
      {PANELS.filter(({ id }) => AT_THE_FOOT.includes(id)).map((panel) =>
        tab(panel.id, panel.title, open === panel.id, () => {
          openPanel(view, panel);
          place.value = panel.place;
        }),
      )}
      {tab(
        'more',
        'More',
        place.value === 'more' || (open !== null && !AT_THE_FOOT.includes(open)),
        () => (place.value = 'more'),
      )}
    </nav>
  );
}

/** The panels that have no tab of their own on a phone. */
export function PhoneMore({ place }: { readonly place: Signal<PhonePlace> }) {
  const { view } = useStore();
  return (
    <nav class="phone-more card" aria-label="More parts">
      {PANELS.filter(({ id }) => !AT_THE_FOOT.includes(id)).map((panel) => (
        <button
          key={panel.id}
          type="button"
          onClick={() => {
            openPanel(view, panel);
            place.value = panel.place;
          }}
        >
          {panel.title}
        </button>
      ))}
    </nav>
  );
}
