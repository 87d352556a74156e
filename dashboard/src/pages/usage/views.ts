/** Ways to look at usage that somebody wants to come back to, kept by this browser. */
import { readUsageSearch, type UsageSearch } from './search.ts';

export interface View {
  name: string;
  search: UsageSearch;
}

const KEY = 'token-tracker-usage-views';
const VIEWS_MAX = 30;

/** What was kept; what is not of this form, or not any more, is left out. */
export function read(text: string | null): View[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.flatMap((one: unknown): View[] => {
      const { name, search } = (one ?? {}) as { name?: unknown; search?: unknown };
      if (typeof name !== 'string' || typeof search !== 'object' || search === null) return [];
      return [{ name, search: keepable(readUsageSearch(search as Record<string, unknown>)) }];
    });
  } catch {
    return [];
  }
}

/** One request is not a way to look at many. */
export const keepable = (search: UsageSearch): UsageSearch =>
  Object.fromEntries(Object.entries(search).filter(([name]) => name !== 'request'));

/** Under a name that is there already the new one takes its place; the oldest go where there are too many. */
export const withView = (views: readonly View[], view: View): View[] =>
  [...views.filter(({ name }) => name !== view.name), view].slice(-VIEWS_MAX);

let views: View[] | undefined;
const listeners = new Set<() => void>();

export function current(): View[] {
  try {
    views ??= read(localStorage.getItem(KEY));
  } catch {
    // A browser that keeps nothing has none.
    views ??= [];
  }
  return views;
}

export function onViews(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function keep(next: View[]): void {
  views = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // They last as long as the page.
  }
  for (const listener of listeners) listener();
}
