/**
 * Which data hue a name has. It is given once and kept, the same on every page; never by rank, so that a
 * model does not change its colour on a day on which it cost more.
 */

const SLOTS = 6;
const KEY = 'data-slots';

/** The hue of everything from the seventh on. */
export const OTHER = 'var(--data-other)';

function stored(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

function store(slots: Record<string, number>) {
  try {
    localStorage.setItem(KEY, JSON.stringify(slots));
  } catch {
    // Without storage a hue is kept as long as the page.
  }
}

/**
 * The hues of up to six names of one kind that are in view together, the dearest first. Two that were given the
 * same hue on different pages are told apart here: the dearer one keeps it.
 */
export function coloursOf(kind: string, names: readonly string[]): Map<string, string> {
  const slots = stored();
  const taken = new Set<number>();
  const found = new Map<string, string>();
  const wanting: string[] = [];
  const give = (name: string, slot: number) => {
    taken.add(slot);
    found.set(name, `var(--data-${(slot + 1).toString()})`);
  };
  for (const name of names.slice(0, SLOTS)) {
    const slot = slots[`${kind} ${name}`];
    if (slot === undefined || taken.has(slot)) wanting.push(name);
    else give(name, slot);
  }
  for (const name of wanting) {
    const slot = [0, 1, 2, 3, 4, 5].find((one) => !taken.has(one)) ?? 0;
    give(name, slot);
    slots[`${kind} ${name}`] ??= slot;
  }
  if (wanting.length > 0) store(slots);
  return found;
}

/** What a CSS colour is at this moment, for a canvas. */
export function drawnColour(value: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
  return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : value;
}
