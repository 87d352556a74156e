import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { request } from '../../api/people.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

type Hours = Schemas['QuietHours'];

export const quietWords = ({ enabled, from, until }: Hours): string => (enabled ? `${from}–${until}` : 'none');

/** When e-mails and webhooks wait until the morning. */
export function Quiet({ hours, zone }: { hours: Hours; zone: string }) {
  const [wish, setWish] = useState(hours);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => request<Hours>('PUT', '/alerts/quiet-hours', wish),
    onSuccess: () => {
      toast('Quiet hours are saved.');
      return client.invalidateQueries({ queryKey: ['alerts', 'rules'] });
    },
  });
  return (
    <Panel span={4} title="Quiet hours">
      <form
        className="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <p className="soft">E-mails and webhooks wait until they are over. The bell does not.</p>
        {save.error && <Refused error={save.error} />}
        <label className="check">
          <input
            type="checkbox"
            checked={wish.enabled}
            onChange={(event) => setWish({ ...wish, enabled: event.target.checked })}
          />
          Keep quiet hours
        </label>
        <div className="quiet-times">
          <Field
            label="From"
            type="time"
            className="num"
            disabled={!wish.enabled}
            value={wish.from}
            onChange={(event) => setWish({ ...wish, from: event.target.value })}
          />
          <Field
            label="Until"
            type="time"
            className="num"
            disabled={!wish.enabled}
            value={wish.until}
            onChange={(event) => setWish({ ...wish, until: event.target.value })}
          />
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={wish.urgentPass}
            disabled={!wish.enabled}
            onChange={(event) => setWish({ ...wish, urgentPass: event.target.checked })}
          />
          A service that is down, or a limit that is exceeded, does not wait
        </label>
        <p className="muted small">In {zone}, the gateway’s time zone.</p>
        <div>
          <Button type="submit" look="primary" disabled={save.isPending || wish.from === '' || wish.until === ''}>
            Save quiet hours
          </Button>
        </div>
      </form>
    </Panel>
  );
}
