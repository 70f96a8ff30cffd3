import { useEffect, useRef } from 'preact/hooks';
import { preferences } from '../../state/preferences.ts';
import type { Store } from '../../state/Store.ts';
import { allKeys } from '../keys.ts';

/** The keyboard map. Short cuts of one letter can be switched off here. */
export function HelpDialog({ store }: { readonly store: Store }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { isHelpOpen, letters } = preferences;
  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open === isHelpOpen.value) return;
    if (isHelpOpen.value) element.showModal();
    else element.close();
  }, [isHelpOpen.value]);
  const shown = allKeys().filter(({ isDeed = false }) => !isDeed || store.may.value === 'everything');
  return (
    <dialog class="help" ref={dialog} aria-labelledby="help-title" onClose={() => (isHelpOpen.value = false)}>
      {/* Or the first control had the focus, which stands at the foot. */}
      <h2 id="help-title" tabIndex={-1} autoFocus>
        Keyboard
      </h2>
      <dl>
        {shown.map(({ label, does }) => (
          <div key={label + does}>
            <dt>
              <kbd>{label}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="letters">
        <input
          type="checkbox"
          checked={letters.value}
          onChange={({ currentTarget }) => (letters.value = currentTarget.checked)}
        />{' '}
        keys of one letter do something
      </label>
      <p class="muted">
        What is drawn is what the relay told; frames from one peer to another are drawn 0.2 s after they passed. The
        panel Table has all of it in words.
      </p>
      <form method="dialog">
        <button type="submit" class="primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
