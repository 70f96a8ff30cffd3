import { effect, type Signal, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** What this browser keeps of a viewer's wishes, for every cluster. */
export const preferences = {
  theme: signal<Theme>('system'),
  /** Whether single letters are short cuts. */
  letters: signal(true),
  isHelpOpen: signal(false),
} as const;

/** Reads what was kept, keeps what changes, and colours the page. Called once, before anything is drawn. */
export function startPreferences(): void {
  const theme = read('theme');
  preferences.theme.value = THEMES.find((known) => known === theme) ?? 'system';
  preferences.letters.value = read('letters') !== 'off';
  const isDark = darkness();
  effect(() => {
    const { value } = preferences.theme;
    document.documentElement.dataset['theme'] = value === 'system' ? (isDark.value ? 'dark' : 'light') : value;
    keep('theme', value);
  });
  effect(() => keep('letters', preferences.letters.value ? 'on' : 'off'));
}

function darkness(): Signal<boolean> {
  const query = window.matchMedia('(prefers-color-scheme: dark)');
  const isDark = signal(query.matches);
  query.addEventListener('change', ({ matches }) => (isDark.value = matches));
  return isDark;
}

/** A file on a disk, and a browser that keeps nothing, have no storage. */
function read(name: string): string | null {
  try {
    return localStorage.getItem(`whitewater.${name}`);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`whitewater.${name}`, value);
  } catch {
    // Then it holds until the page is left.
  }
}
