/** What a leaderboard is asked for, in its address. */
import type { Order, Period } from '../../api/sharing.ts';

export const PERIODS = [
  ['week', '7 days'],
  ['month', '30 days'],
  ['year', 'A year'],
  ['all', 'All time'],
] as const satisfies readonly (readonly [Period, string])[];

export const ORDERS = [
  ['tokens', 'Tokens'],
  ['cost', 'Cost'],
  ['streak', 'Streak'],
] as const satisfies readonly (readonly [Order, string])[];

const one = <T extends string>(options: readonly (readonly [T, string])[], text: unknown): T | undefined =>
  options.find(([key]) => key === text)?.[0];

export interface BoardSearch {
  span?: Period;
  order?: Order;
}

/** What is not said is the usual: thirty days, by tokens. */
export function readBoardSearch(search: Record<string, unknown>): BoardSearch {
  const [span, order] = [one<Period>(PERIODS, search['span']), one<Order>(ORDERS, search['order'])];
  return { ...(span && { span }), ...(order && { order }) };
}
