import { useContext } from 'preact/hooks';
import { StoreContext } from '../../hooks/useStore.ts';
import { preferences, type Theme, THEMES } from '../../state/preferences.ts';
import { HelpDialog } from './HelpDialog.tsx';

const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'auto', light: 'light', dark: 'dark' };

/** What concerns the page and not the cluster: colours, projector, help. */
export function PageTools() {
  const store = useContext(StoreContext);
  const look = store?.view.look;
  return (
    <div class="page-tools">
      <label>
        <span class="unseen">Colours</span>
        <select
          title="Light, dark, or as the system has it"
          value={preferences.theme.value}
          onChange={({ currentTarget }) => (preferences.theme.value = currentTarget.value as Theme)}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {THEME_WORDS[theme]}
            </option>
          ))}
        </select>
      </label>
      {look !== undefined && (
        <button
          type="button"
          class="wide-only"
          aria-pressed={look.value === 'projector'}
          title="Large, and only what a room should see (P)"
          onClick={() => (look.value = look.value === 'projector' ? 'desk' : 'projector')}
        >
          Projector
        </button>
      )}
      <button
        type="button"
        aria-label="Help and keyboard"
        title="Help and keyboard (?)"
        onClick={() => (preferences.isHelpOpen.value = true)}
      >
        ?
      </button>
      {store !== null && <HelpDialog store={store} />}
    </div>
  );
}
