import { lazy, Suspense } from 'react';
import type { Schemas } from '../../api/client.ts';
import { moneyCharge } from '../../format/money.ts';
import { calendarDay, dayDate } from '../../format/time.ts';
import { Bones } from '../../ui/blank.tsx';

const BurnDown = lazy(() => import('../../ui/chart/burn-down.tsx'));

const longDay = (day: string): string =>
  dayDate(day).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

/** The day on which the credit is likely used up, with its range in words. */
export function RunsOut({ outlook }: { outlook: Schemas['Outlook'] | null }) {
  if (!outlook) return <p className="soft">Nothing of yours can run out.</p>;
  const { runsOut, perDayNanoUsd, because } = outlook;
  const rate = `at ${moneyCharge(perDayNanoUsd)} a day.`;
  const words = runsOut
    ? `Around ${longDay(runsOut.on)} ${rate} ${rangeOf(runsOut)}`
    : (because ?? 'Nothing can be said yet.');
  return (
    <div className="stack">
      {runsOut ? (
        <p className="soft">
          <b className="strong" style={{ color: 'var(--ink)' }}>
            Around {longDay(runsOut.on)}
          </b>{' '}
          {rate} {rangeOf(runsOut)}
        </p>
      ) : (
        <p className="soft">{words}</p>
      )}
      <Suspense fallback={<Bones />}>
        <BurnDown outlook={outlook} label={`What was left in the last 28 days. ${words}`} />
      </Suspense>
    </div>
  );
}

function rangeOf({ from, to, on }: NonNullable<Schemas['Outlook']['runsOut']>): string {
  if (from === to && to === on) return '';
  return to ? `Likely between ${calendarDay(from)} and ${calendarDay(to)}.` : `Hardly before ${calendarDay(from)}.`;
}
