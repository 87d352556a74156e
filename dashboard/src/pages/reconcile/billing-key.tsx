import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

/** The key that may read what a provider bills, and nothing else. */
export function BillingKey({ upstream, onClose }: { upstream: string; onClose: () => void }) {
  const [secret, setSecret] = useState('');
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: () =>
      stepped(() =>
        answer(
          api.PUT('/api/v1/upstreams/{name}/billing-secret', {
            params: { path: { name: upstream } },
            body: { secret },
          }),
        ),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['reconciliation'] });
      toast(`The billing key of ${upstream} is kept`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`A billing key for ${upstream}`}
      onClose={onClose}
      onSubmit={() => put.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={secret.trim() === '' || put.isPending}>
            Store the key
          </Button>
        </>
      }
    >
      {put.error && <Refused error={put.error} />}
      <Field
        label="Billing key"
        type="password"
        autoComplete="off"
        value={secret}
        hint="A key of the provider’s that reads usage and costs. Kept encrypted; never used for a request of a member."
        onChange={(event) => setSecret(event.target.value)}
      />
    </Dialog>
  );
}
