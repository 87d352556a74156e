import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { answer, api, once, type Schemas } from '../../api/client.ts';
import { keysQuery } from '../../api/queries.ts';
import { count } from '../../format/number.ts';
import { moneyCharge, moneyExact, moneyLeft } from '../../format/money.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice } from '../../ui/field.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { isClosed, nameOf } from './standing.ts';

type Key = Schemas['KeySummary'];

const HOUSE = 'house';
const STAYS = 'stays';

/** Moves the rest where it was wanted, then closes the key, then takes what came back of its holds. */
async function close(key: Key, rest: string): Promise<void> {
  const path = { id: key.id };
  if (rest !== HOUSE && rest !== STAYS && BigInt(key.availableNanoUsd) > 0n)
    await answer(
      api.POST('/api/v1/allocations', { params: { header: once() }, body: { fromKeyId: key.id, toKeyId: rest } }),
    );
  await answer(api.DELETE('/api/v1/keys/{id}', { params: { path } }));
  if (rest !== STAYS)
    await answer(api.POST('/api/v1/keys/{id}/reclaim', { params: { path, header: once() }, body: {} }));
}

/** Stops a key. The focus begins on keeping it. */
export function Revoke({ keyToStop: key, onClose }: { keyToStop: Key; onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  const [rest, setRest] = useState<string>(HOUSE);
  const client = useQueryClient();
  const { data: keys = [] } = useQuery(keysQuery);
  const others = keys.filter((other) => other.id !== key.id && !isClosed(other));
  const revoke = useMutation({
    mutationFn: () => stepped(() => close(key, rest)),
    onSuccess: () => {
      toast(`${nameOf(key)} is revoked`);
      onClose();
    },
    // Whatever came of it, what is shown must be what is so.
    onSettled: () => client.invalidateQueries(),
  });
  const options = [
    [HOUSE, 'Goes back to the house'],
    [STAYS, 'Stays on the closed key, to be taken back later'],
    ...others.map((other) => [other.id, `Goes to ${nameOf(other)}`] as const),
  ] as const;
  const to = others.find((other) => other.id === rest);
  const place = to ? nameOf(to) : rest === HOUSE ? 'The house' : 'The closed key';
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
            ? `${count(key.devicesEnrolled, 'device stops', 'devices stop')}: the next request of each is refused.`
            : 'The code cannot be redeemed any more.'}
        </li>
        <li>
          {BigInt(key.heldNanoUsd) > 0n
            ? `Answers that are running are cut and charged for what arrived, of ${moneyCharge(key.heldNanoUsd)} that is held; the rest of that stays on the closed key until somebody takes it back.`
            : 'No answer is running.'}
        </li>
        <li>What it used stays in the history. This cannot be undone.</li>
      </ul>
      <Choice label="The rest of its credit" value={rest} options={options} onChange={setRest} />
      <Receipt label="What happens to its credit">
        <ReceiptLine what="Spent, stays in the history" amount={moneyExact(key.spentNanoUsd)} />
        {BigInt(key.heldNanoUsd) > 0n && (
          <ReceiptLine what="Held by what is running" amount={moneyExact(key.heldNanoUsd)} />
        )}
        <ReceiptLine what={`${place} gets`} amount={moneyExact(key.availableNanoUsd)} />
        <ReceiptSum what="Given to it so far" amount={moneyExact(key.grantedNanoUsd)} />
      </Receipt>
    </Dialog>
  );
}
