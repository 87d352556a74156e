/** Light, dark, or as the system has it. `public/theme.js` does the same before anything is drawn. */
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

export function chosenTheme(): Theme {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
  } catch {
    return 'system';
  }
}

const drawn = (): 'light' | 'dark' => (document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light');

function draw(theme: Theme) {
  document.documentElement.dataset['theme'] = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme;
  for (const listener of listeners) listener();
}

export function chooseTheme(theme: Theme) {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  draw(theme);
}

system.addEventListener('change', () => draw(chosenTheme()));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What is drawn now; charts read their colours anew when it changes. */
export const useDrawnTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, drawn);
export const useTheme = (): Theme => useSyncExternalStore(subscribe, chosenTheme);

/** The opposite of what is drawn. */
export const switchTheme = () => chooseTheme(drawn() === 'dark' ? 'light' : 'dark');
