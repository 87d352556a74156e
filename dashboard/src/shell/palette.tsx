/** Find or run: every place and every action, by typing a part of its name. */
import * as Radix from '@radix-ui/react-dialog';
import { useNavigate } from '@tanstack/react-router';
import { KeyRound, Keyboard, LogOut, MoonStar, Search, Ticket, type LucideIcon } from 'lucide-react';
import { useEffect, useId, useState, useSyncExternalStore, type KeyboardEvent } from 'react';
import { useSession, useSignOut } from '../api/session.ts';
import { IconButton } from '../ui/button.tsx';
import { placesFor, runsOffice } from './places.ts';
import { showKeys } from './keys.tsx';
import { switchTheme } from './theme.ts';

interface Command {
  name: string;
  about: string;
  icon: LucideIcon;
  run: () => void;
}

let isOpen = false;
const listeners = new Set<() => void>();

export function openPalette(open = true) {
  isOpen = open;
  for (const listener of listeners) listener();
}

const useIsOpen = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOpen,
  );

const isMac = navigator.userAgent.includes('Mac');

export const FindButton = () => (
  <button type="button" className="find" onClick={() => openPalette()}>
    <Search aria-hidden="true" />
    <span>Find or run…</span>
    <kbd>{isMac ? '⌘ K' : 'Ctrl K'}</kbd>
  </button>
);

function useCommands(): Command[] {
  const navigate = useNavigate();
  const { member } = useSession();
  const signOut = useSignOut();
  const places = placesFor(member.role).map((place) => ({
    name: place.name,
    about: 'Go to',
    icon: place.icon,
    run: () => void navigate({ to: place.to }),
  }));
  const office: Command[] = runsOffice(member.role)
    ? [
        {
          name: 'Mint token keys',
          about: 'Token keys',
          icon: KeyRound,
          run: () => void navigate({ to: '/keys', search: { show: 'mint' } }),
        },
      ]
    : [];
  return [
    ...places,
    ...office,
    { name: 'Redeem a key', about: 'Credit', icon: Ticket, run: () => void navigate({ to: '/redeem' }) },
    { name: 'Switch between light and dark', about: 'Looks', icon: MoonStar, run: switchTheme },
    { name: 'Show the keys', about: 'Help', icon: Keyboard, run: () => showKeys() },
    { name: 'Sign out', about: 'Account', icon: LogOut, run: () => signOut.mutate() },
  ];
}

export function Palette() {
  const open = useIsOpen();
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      openPalette(!isOpen);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return open ? <OpenPalette /> : null;
}

function OpenPalette() {
  const commands = useCommands();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ name, about }) =>
    words.every((word) => `${name} ${about}`.toLowerCase().includes(word)),
  );
  const close = () => openPalette(false);
  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') run(found[at]);
    else if (step !== 0 && found.length > 0) setAt((at + step + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && close()}>
      <Radix.Portal>
        <div className="scrim" data-scrim="">
          <Radix.Content className="palette" aria-describedby={undefined}>
            <Radix.Title className="only-read">Find or run</Radix.Title>
            <div className="palette-input">
              <Search aria-hidden="true" />
              <input
                autoFocus
                role="combobox"
                aria-expanded="true"
                aria-controls={`${id}-list`}
                aria-activedescendant={found[at] ? `${id}-${at.toString()}` : undefined}
                aria-label="Find or run"
                placeholder="A page or an action"
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  setAt(0);
                }}
                onKeyDown={onKey}
              />
              <span className="on-narrow">
                <IconButton label="Close" onClick={close}>
                  ✕
                </IconButton>
              </span>
            </div>
            <div className="palette-list" role="listbox" id={`${id}-list`} aria-label="Found">
              {found.map((command, index) => (
                <div
                  key={command.name}
                  id={`${id}-${index.toString()}`}
                  role="option"
                  aria-selected={index === at}
                  className="menu-item"
                  onClick={() => run(command)}
                  onPointerMove={() => setAt(index)}
                >
                  <command.icon aria-hidden="true" />
                  <span className="cut">{command.name}</span>
                  <span className="muted small push">{command.about}</span>
                </div>
              ))}
              {found.length === 0 && <p className="menu-item muted">Nothing is called like this.</p>}
            </div>
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}
