/** How alerts are called, and how loud they are. */
import type { Alert, AlertKind, AlertRule } from '../../api/alerts.ts';
import { moneyLeft } from '../../format/money.ts';
import { groups } from '../../format/number.ts';
import type { Tone } from '../../ui/state.tsx';

export const KINDS: Record<AlertKind, string> = {
  approachingLimit: 'Approaching limit',
  limitExceeded: 'Limit exceeded',
  highDailyCost: 'High daily cost',
  serviceDown: 'Service down',
  unusualActivity: 'Unusual activity',
  variance: 'Variance',
};

export const ABOUT: Record<AlertKind, string> = {
  approachingLimit: 'A key has used most of its credit, or of what it may spend in a day or month.',
  limitExceeded: 'Nothing is left, or too little for a request that came.',
  highDailyCost: 'A day costs more than a line that you draw.',
  serviceDown: 'No request to a provider succeeds for some minutes.',
  unusualActivity: 'Far more tokens than are usual on the weekday, by the last four weeks.',
  variance: 'A provider took more than was held, or billed something else than what was metered.',
};

/** Which members and keys can have lines of their own. */
export const OF_EACH: readonly AlertKind[] = ['approachingLimit', 'limitExceeded', 'highDailyCost', 'unusualActivity'];

export function toneOf(alert: Alert): Tone {
  if (alert.state === 'resolved') return 'off';
  return alert.kind === 'serviceDown' || alert.kind === 'limitExceeded' ? 'bad' : 'warn';
}

/** From when on a rule speaks, in a few words. */
export function lineOf(rule: AlertRule): string {
  if (!rule.enabled) return 'off';
  switch (rule.kind) {
    case 'approachingLimit':
      return `at ${(rule.percent ?? 0).toString()}%`;
    case 'limitExceeded':
      return 'at once';
    case 'highDailyCost':
      return `over ${moneyLeft(rule.amountNanoUsd ?? '0')}`;
    case 'serviceDown':
      return `for ${(rule.minutes ?? 0).toString()} min`;
    case 'unusualActivity':
      return `over ${((rule.percent ?? 0) / 100).toString()} × usual, ${groups(rule.tokens ?? 0)} tokens`;
    case 'variance':
      return rule.amountNanoUsd === '0' ? 'any' : `over ${moneyLeft(rule.amountNanoUsd ?? '0')}`;
  }
}
