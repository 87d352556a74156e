import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  gatewaySettingsQuery,
  setGatewaySettings,
  type GatewaySettings,
  type SettingsRequest,
} from '../../api/settings.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import './settings.css';

const DAY_MS = 86_400_000;
const ALERT_DAYS = 30;

/** Where days begin for everybody here, and for how long what is kept. */
export function DaysAndRetention() {
  const query = useQuery(gatewaySettingsQuery);
  return (
    <Panel span={12} title="Days and retention">
      <Of query={query}>{(settings) => <Chosen key={JSON.stringify(settings)} settings={settings} />}</Of>
    </Panel>
  );
}

interface Typed {
  zone: string;
  usage: string;
  alerts: string;
}

const typedOf = (settings: GatewaySettings): Typed => ({
  zone: settings.isTimeZoneChosen ? settings.timeZone : '',
  usage: settings.usageDays?.toString() ?? '',
  alerts: settings.alertDays.toString(),
});

/** As the gateway takes it; `undefined`: a number that it would refuse. */
function requestOf(settings: GatewaySettings, { zone, usage, alerts }: Typed): SettingsRequest | undefined {
  const usageDays = usage.trim() === '' ? null : daysOf(usage, settings.usageDaysMin);
  const alertDays = alerts.trim() === '' ? null : daysOf(alerts, 1);
  if (usageDays === undefined || alertDays === undefined) return undefined;
  const { publicProfiles } = settings;
  return { timeZone: zone === '' ? null : zone, usageDays, alertDays, publicProfiles };
}

const daysOf = (text: string, least: number): number | undefined => {
  const days = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0;
  return days >= least && days <= 36_500 ? days : undefined;
};

function Chosen({ settings }: { settings: GatewaySettings }) {
  const client = useQueryClient();
  const was = typedOf(settings);
  const [typed, setTyped] = useState(was);
  const [asking, setAsking] = useState<SettingsRequest>();
  const least = settings.usageDaysMin;
  const wanted = requestOf(settings, typed);
  const save = useMutation({
    mutationFn: (request: SettingsRequest) => stepped(() => setGatewaySettings(request)),
    onSuccess: (now) => {
      client.setQueryData(gatewaySettingsQuery.queryKey, now);
      // Every figure by day may be another one.
      void client.invalidateQueries();
      toast('Saved');
      setAsking(undefined);
    },
  });
  const set = (part: Partial<Typed>) => setTyped({ ...typed, ...part });
  const isSame = JSON.stringify(typed) === JSON.stringify(was);
  const deletes = typeof wanted?.usageDays === 'number' && wanted.usageDays < (settings.usageDays ?? Infinity);
  return (
    <form
      className="stack wide"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!wanted) return;
        if (deletes) setAsking(wanted);
        else save.mutate(wanted);
      }}
    >
      {save.error && !asking && <Refused error={save.error} />}
      <div className="settings-three">
        <Choice
          label="Days begin in"
          value={typed.zone}
          options={zones(settings)}
          onChange={(zone) => set({ zone })}
          hint="For everybody here: totals by day, caps of a day or month, alerts."
        />
        <Field
          label="Days that usage rows are kept"
          inputMode="numeric"
          placeholder="for good"
          value={typed.usage}
          hint={`Empty: for good. At least ${least.toString()}.`}
          error={
            typed.usage.trim() === '' || daysOf(typed.usage, least)
              ? undefined
              : `A number of days from ${least.toString()} on.`
          }
          onChange={(event) => set({ usage: event.target.value })}
        />
        <Field
          label="Days that alerts are kept"
          inputMode="numeric"
          placeholder={ALERT_DAYS.toString()}
          value={typed.alerts}
          hint="Those that are not over stay."
          error={typed.alerts.trim() === '' || daysOf(typed.alerts, 1) ? undefined : 'A number of days from 1 on.'}
          onChange={(event) => set({ alerts: event.target.value })}
        />
      </div>
      <div className="row">
        <Button type="submit" disabled={isSame || !wanted || save.isPending}>
          Save
        </Button>
        <span className="muted small">
          {settings.usageKeptFrom
            ? `Single requests before ${new Date(settings.usageKeptFrom).toISOString().slice(0, 10)} are gone; their sums by day stay.`
            : 'Every request is still there, one by one.'}
        </span>
      </div>
      {asking && (
        <Dialog
          title="Delete old usage rows?"
          onClose={() => setAsking(undefined)}
          onSubmit={() => save.mutate(asking)}
          foot={
            <>
              <Button onClick={() => setAsking(undefined)}>Keep them</Button>
              <Button type="submit" look="danger" disabled={save.isPending}>
                Delete what is older than {asking.usageDays} days
              </Button>
            </>
          }
        >
          {save.error && <Refused error={save.error} />}
          <p className="soft">
            Single requests before {before(asking.usageDays ?? 0)} go within a minute, and cannot be had back. What they
            cost stays, by day, model, device, repository and branch: balances, charts and the recount come out as
            before. The audit log says how many went.
          </p>
          <p className="soft">Whoever may need the rows exports them first, below.</p>
        </Dialog>
      )}
    </form>
  );
}

const before = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

function zones({ timeZone, timeZoneOfFile }: GatewaySettings): [string, string][] {
  const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), timeZone]);
  return [
    ['', `${timeZoneOfFile}, as configured`],
    ...[...names].sort().map((name): [string, string] => [name, name.replaceAll('_', ' ')]),
  ];
}
