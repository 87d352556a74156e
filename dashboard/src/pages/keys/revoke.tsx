import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { count } from '../../format/number.ts';
import { moneyCharge, moneyLeft } from '../../format/money.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { nameOf } from './standing.ts';

/** Stops a key. The focus begins on keeping it. */
export function Revoke({ keyToStop: key, onClose }: { keyToStop: Schemas['KeySummary']; onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => stepped(() => answer(api.DELETE('/api/v1/keys/{id}', { params: { path: { id: key.id } } }))),
    onSuccess: () => {
      void client.invalidateQueries();
      toast(`${nameOf(key)} is revoked`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Revoke “${nameOf(key)}”?`}
      begin={keep}
      onClose={onClose}
      foot={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep it
          </Button>
          <Button look="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke key, {moneyLeft(key.availableNanoUsd)} left
          </Button>
        </>
      }
    >
      {revoke.error && <Refused error={revoke.error} />}
      <ul className="stack close soft">
        <li>
          {key.devicesEnrolled > 0
            ? `${count(key.devicesEnrolled, 'device')} stop: the next request of each is refused.`
            : 'The code cannot be redeemed any more.'}
        </li>
        <li>
          {BigInt(key.heldNanoUsd) > 0n
            ? `Answers that are running are cut and charged for what arrived, of ${moneyCharge(key.heldNanoUsd)} that is held.`
            : 'No answer is running.'}
        </li>
        <li>
          {moneyLeft(key.availableNanoUsd)} can be spent by nobody any more; take it back before, to use it elsewhere.
        </li>
        <li>What it used stays in the history. This cannot be undone.</li>
      </ul>
    </Dialog>
  );
}
