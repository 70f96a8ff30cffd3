import { useStore } from '../../hooks/useStore.ts';
import { togglePanel, type Panel, PANELS } from '../panels.ts';

const NAMES = { side: 'Panels beside the ring', below: 'Panels below the ring' } as const;

/** The buttons of the panels of one place, and the panel that is open there. */
export function PanelPlace({ place }: { readonly place: Panel['place'] }) {
  const { view } = useStore();
  const panels = PANELS.filter((panel) => panel.place === place);
  const open = panels.find(({ id }) => id === view[place].value);
  if (panels.length === 0) return null;
  return (
    <div class={`place place-${place}`} data-open={open !== undefined}>
      <nav class="tabs" aria-label={NAMES[place]}>
        {panels.map((panel) => (
          <button
            key={panel.id}
            type="button"
            aria-expanded={panel === open}
            {...(panel === open ? { 'aria-controls': `panel-${panel.id}` } : {})}
            title={`${panel.title} (${panel.key})`}
            onClick={() => togglePanel(view, panel)}
          >
            {panel.title}
          </button>
        ))}
      </nav>
      {open !== undefined && (
        // No landmark: what it shows has its own heading. In the way of Tab: it scrolls, and may hold nothing else that is.
        <div class="panel" id={`panel-${open.id}`} key={open.id} tabIndex={0}>
          <open.view />
        </div>
      )}
    </div>
  );
}
