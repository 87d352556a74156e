import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

export function RevokeDevice({ device, onClose }: { device: Schemas['Device']; onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () =>
      stepped(() => answer(api.DELETE('/api/v1/devices/{id}', { params: { path: { id: device.id } } }))),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['devices'] });
      toast(`${device.name} is revoked`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Revoke “${device.name}”?`}
      begin={keep}
      onClose={onClose}
      foot={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep it
          </Button>
          <Button look="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke device
          </Button>
        </>
      }
    >
      {revoke.error && <Refused error={revoke.error} />}
      <ul className="stack close soft">
        <li>Its next request is refused, everywhere, from the moment you confirm.</li>
        <li>An answer that is streaming now is cut, and charged for what arrived.</li>
        <li>What is held for it comes back to the balance, less that charge.</li>
        <li>Its place on the key is free for another device; what it used so far stays in the history.</li>
      </ul>
    </Dialog>
  );
}
