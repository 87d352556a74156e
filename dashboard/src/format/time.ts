/** Moments and days as people read them. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const two = (value: number): string => value.toString().padStart(2, '0');
const monthOf = (date: Date): string => MONTHS[date.getMonth()] ?? '';

/** 8 Nov, or 28 Feb 2027 where the year is another one. */
export function date(at: Date, now = new Date()): string {
  const day = `${at.getDate().toString()} ${monthOf(at)}`;
  return at.getFullYear() === now.getFullYear() ? day : `${day} ${at.getFullYear().toString()}`;
}

/** How long ago, up to seven days; then the date. */
export function ago(at: Date, now = new Date()): string {
  const past = now.getTime() - at.getTime();
  if (past < -MINUTE) return date(at, now);
  if (past < MINUTE) return 'just now';
  if (past < HOUR) return `${Math.floor(past / MINUTE).toString()} min ago`;
  if (past < DAY) return `${Math.floor(past / HOUR).toString()} h ago`;
  if (past < 7 * DAY) return days(Math.floor(past / DAY), 'ago');
  return date(at, now);
}

/** How far ahead, in words. */
export function until(at: Date, now = new Date()): string {
  const ahead = at.getTime() - now.getTime();
  if (ahead <= 0) return 'over';
  if (ahead < HOUR) return `in ${Math.ceil(ahead / MINUTE).toString()} min`;
  if (ahead < DAY) return `in ${Math.floor(ahead / HOUR).toString()} h`;
  const whole = Math.floor(ahead / DAY);
  if (whole < 60) return whole === 1 ? 'in 1 day' : `in ${whole.toString()} days`;
  return `in ${Math.floor(whole / 30.44).toString()} months`;
}

const days = (many: number, after: string): string =>
  many === 1 ? `1 day ${after}` : `${many.toString()} days ${after}`;

export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** 11:42:07 */
export const clock = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

/** 19 Nov 2026, 11:42:07 Europe/Berlin */
export function absolute(at: Date): string {
  return `${at.getDate().toString()} ${monthOf(at)} ${at.getFullYear().toString()}, ${clock(at)} ${zone()}`;
}

/** A calendar day of the gateway, YYYY-MM-DD, which has no time and no zone. */
export function calendarDay(day: string, now = new Date()): string {
  return date(dayDate(day), now);
}

/** Fri 13 Nov */
export function weekday(day: string): string {
  const at = dayDate(day);
  return `${WEEKDAYS[at.getDay()] ?? ''} ${date(at)}`;
}

/** Noon of it here, which no change of the clock moves into another day. */
export function dayDate(day: string): Date {
  const [year = 1970, month = 1, of = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, of, 12);
}

export const dayText = (at: Date): string =>
  `${at.getFullYear().toString()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
