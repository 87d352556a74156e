/** Calendar days as the gateway writes them, YYYY-MM-DD. */
import { dayDate, dayText } from './time.ts';

export interface Span {
  from: string;
  to: string;
}

export function addDays(day: string, count: number): string {
  const at = dayDate(day);
  at.setDate(at.getDate() + count);
  return dayText(at);
}

export function daysOf({ from, to }: Span): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}
