import { useSyncExternalStore } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { PLACES } from './places.ts';
import { switchSingleKeys, useSingleKeys } from './shortcuts.ts';

let shown = false;
const listeners = new Set<() => void>();

export function showKeys(show = true) {
  shown = show;
  for (const listener of listeners) listener();
}

const ALWAYS: readonly [string, string[]][] = [
  ['Find or run', ['Ctrl', 'K']],
  ['This list', ['?']],
  ['Search on the page', ['/']],
  ['Add a filter', ['F']],
  ['Move in a table', ['J', 'K']],
  ['Open the row', ['Enter']],
  ['Earlier, later period', ['[', ']']],
  ['Mint keys', ['M']],
  ['Close what is on top', ['Esc']],
];

/** The keyboard map. */
export function Keys() {
  const isShown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  const on = useSingleKeys();
  if (!isShown) return null;
  const places = PLACES.flatMap(({ key, name }): [string, string[]][] =>
    key ? [[name, ['G', key.toUpperCase()]]] : [],
  );
  return (
    <Dialog title="Keys" width="wide" onClose={() => showKeys(false)}>
      <ul className="keys">
        {[...ALWAYS, ...places].map(([what, keys]) => (
          <li key={what}>
            {what}
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </li>
        ))}
      </ul>
      <label className="check">
        <input type="checkbox" checked={on} onChange={(event) => switchSingleKeys(event.target.checked)} />
        Single keys do something while no field has the focus
      </label>
    </Dialog>
  );
}
