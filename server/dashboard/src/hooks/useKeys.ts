import { useEffect } from 'preact/hooks';
import { handKey } from '../components/break/breakKeys.ts';
import { boundTo } from '../components/keys.ts';
import { preferences } from '../state/preferences.ts';
import type { Store } from '../state/Store.ts';

/** Where letters are text, and where a key has a meaning of its own already. */
const TYPED_INTO = 'input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]';
const PRESSED_BY_SPACE = 'button, summary, a, [role=button], [role=tab], input';

/** The keyboard map, while a cluster is shown and nobody types. */
export function useKeys(store: Store): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || event.metaKey || event.isComposing) return;
      const at = event.target instanceof Element ? event.target : null;
      if (at?.closest(TYPED_INTO) != null || at?.closest('dialog[open]') != null) return;
      if (event.key === ' ' && at?.closest(PRESSED_BY_SPACE) != null) return;
      const binding = handKey(store, event) ?? boundTo(event);
      if (binding === undefined) return;
      // Letters alone may be what a voice or a slip says; whoever wants can switch them off (WCAG 2.1.4).
      if (binding.isLetter && !event.ctrlKey && !preferences.letters.peek()) return;
      if (binding.run(store, event) !== 'notMine') event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store]);
}
