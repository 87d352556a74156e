import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, once } from '../../api/client.ts';
import type { MemberSummary } from '../../api/people.ts';
import { teamsQuery } from '../../api/people-queries.ts';
import { keysQuery } from '../../api/queries.ts';
import { moneyExact, moneyLeft } from '../../format/money.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice } from '../../ui/field.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { toast } from '../../ui/toast.tsx';
import { isClosed, nameOf } from '../keys/standing.ts';
import { Refused } from '../sign-in/sign-in.tsx';

const HOUSE = 'house';

/** Everything that is neither spent nor held on a member's keys, or on one of them. */
export function TakeBackFrom({ of: member, onClose }: { of: MemberSummary; onClose: () => void }) {
  const { data: keys = [] } = useQuery(keysQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const own = keys.filter((key) => key.memberId === member.id && BigInt(key.availableNanoUsd) > 0n);
  const team = teams.find((one) => one.id === member.teamId);
  const [which, setWhich] = useState('');
  const [where, setWhere] = useState<string>();
  const to = where ?? (team ? team.pool.keyId : HOUSE);
  const taken = own.filter((key) => which === '' || key.id === which);
  const sum = taken.reduce((total, key) => total + BigInt(key.availableNanoUsd), 0n);
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: () =>
      stepped(async () => {
        for (const key of taken)
          if (to === HOUSE || isClosed(key))
            await answer(
              api.POST('/api/v1/keys/{id}/reclaim', {
                params: { path: { id: key.id }, header: once() },
                body: {},
              }),
            );
          else
            await answer(
              api.POST('/api/v1/allocations', { params: { header: once() }, body: { fromKeyId: key.id, toKeyId: to } }),
            );
      }),
    onSuccess: () => {
      toast(`${moneyLeft(sum)} taken back from ${member.name}`);
      onClose();
    },
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Dialog
      title={`Take credit back from ${member.name}`}
      onClose={onClose}
      onSubmit={() => sum > 0n && take.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={sum === 0n || take.isPending}>
            Take back {moneyLeft(sum)}
          </Button>
        </>
      }
    >
      {take.error && <Refused error={take.error} />}
      {own.length === 0 ? (
        <p className="soft">Nothing is left on their keys.</p>
      ) : (
        <>
          <Choice
            label="From"
            value={which}
            options={[['', 'All keys of theirs'], ...own.map((key) => [key.id, nameOf(key)] as const)]}
            onChange={setWhich}
          />
          <Choice
            label="It goes"
            value={to}
            options={[
              [HOUSE, 'Back to the house'],
              ...teams.map((one) => [one.pool.keyId, `Into the pool of ${one.name}`] as const),
            ]}
            onChange={setWhere}
            hint="What running requests hold stays until they are done. To take a part only, use the key’s own menu."
          />
          <Receipt label="What is taken back">
            {taken.map((key) => (
              <ReceiptLine key={key.id} what={nameOf(key)} amount={moneyExact(key.availableNanoUsd)} />
            ))}
            <ReceiptSum what="Taken back" amount={moneyExact(sum)} />
          </Receipt>
        </>
      )}
    </Dialog>
  );
}
