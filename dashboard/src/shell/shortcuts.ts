/** Single keys that do something. They rest while a field has the focus, and can be switched off. */
import { useEffect, useRef, useSyncExternalStore } from 'react';

const KEY = 'single-keys';
const FIRST_OF_TWO_MS = 1200;
const listeners = new Set<() => void>();

export function singleKeysOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export function switchSingleKeys(on: boolean) {
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // Without storage they stay as they are.
  }
  for (const listener of listeners) listener();
}

export const useSingleKeys = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, singleKeysOn);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const isCovered = (): boolean => document.querySelector('[data-scrim], [role="menu"]') !== null;

/** Runs an action on its key, or on two in a row such as `g o`. */
export function useShortcuts(actions: Record<string, () => void>) {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    let first = '';
    let firstAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!singleKeysOn() || isTyping(event.target) || isCovered()) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const pair = event.timeStamp - firstAt < FIRST_OF_TWO_MS ? `${first} ${key}` : '';
      const action = current.current[pair] ?? current.current[key];
      first = key;
      firstAt = event.timeStamp;
      if (!action) return;
      event.preventDefault();
      first = '';
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
