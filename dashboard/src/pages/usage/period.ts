import { addDays, daysOf, type Span } from '../../format/days.ts';
import type { UsageSearch } from './search.ts';

/** The days that the address asks for. */
export function spanOf({ period = '30d', from, to }: UsageSearch, today: string): Span {
  if (from !== undefined && to !== undefined && from <= to) return { from, to };
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'year':
      return { from: addDays(today, -364), to: today };
  }
}

/** As many days, just before or just after. */
export function moved(span: Span, direction: -1 | 1): Span {
  const count = daysOf(span).length;
  return { from: addDays(span.from, direction * count), to: addDays(span.to, direction * count) };
}
