import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { gatewaySettingsQuery, setGatewaySettings, type GatewaySettings } from '../../api/settings.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Of } from '../../ui/blank.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

/** Whether what members make public is public for everybody, or among members. */
export function Visitors() {
  const query = useQuery(gatewaySettingsQuery);
  return (
    <Panel span={12} title="Visitors">
      <Of query={query} rows={2}>
        {(settings) => <Switch settings={settings} />}
      </Of>
    </Panel>
  );
}

function Switch({ settings }: { settings: GatewaySettings }) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (publicProfiles: boolean) =>
      stepped(() =>
        setGatewaySettings({
          timeZone: settings.isTimeZoneChosen ? settings.timeZone : null,
          usageDays: settings.usageDays ?? null,
          alertDays: settings.alertDays,
          publicProfiles,
        }),
      ),
    onSuccess: (now) => {
      client.setQueryData(gatewaySettingsQuery.queryKey, now);
      toast(now.publicProfiles ? 'Everybody sees public profiles' : 'Only members see public profiles');
    },
  });
  return (
    <div className="stack">
      {save.error && <Refused error={save.error} />}
      <label className="check">
        <input
          type="checkbox"
          checked={settings.publicProfiles}
          disabled={save.isPending}
          onChange={(event) => save.mutate(event.target.checked)}
        />
        Everybody who reaches this gateway sees public profiles and the leaderboard
      </label>
      <p className="muted small">
        Off: visitors find neither; members who are signed in see the <Link to="/leaderboard">leaderboard</Link> and the
        profiles of those who want to be seen.
      </p>
    </div>
  );
}
