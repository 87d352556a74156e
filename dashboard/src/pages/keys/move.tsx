import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, once, type Schemas } from '../../api/client.ts';
import { membersQuery, teamsQuery } from '../../api/people-queries.ts';
import { keysQuery } from '../../api/queries.ts';
import { moneyExact, moneyLeft, parseDollars } from '../../format/money.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Measure } from '../../ui/measure.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { isClosed, nameOf } from './standing.ts';

/** From one key to another, or into a team's pool. */
export function MoveCredit({ from, onClose }: { from: Schemas['KeySummary']; onClose: () => void }) {
  const { data: keys = [] } = useQuery(keysQuery);
  const { data: members = [] } = useQuery(membersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const targets = keys.filter((key) => key.id !== from.id && !isClosed(key));
  const [chosen, setChosen] = useState('');
  const [text, setText] = useState('');
  const client = useQueryClient();
  const to = targets.find((key) => key.id === chosen);
  const amount = parseDollars(text);
  const left = BigInt(from.availableNanoUsd);
  const wrong =
    amount === null || amount === 0n
      ? 'Type an amount of dollars, such as 5.00.'
      : amount > left
        ? `Only ${moneyLeft(left)} is neither spent nor held.`
        : undefined;
  const describe = (key: Schemas['KeySummary']): string => {
    const team = teams.find((one) => one.pool.keyId === key.id);
    if (team) return `The pool of ${team.name}`;
    const member = members.find((one) => one.id === key.memberId);
    return member ? `${nameOf(key)}, ${member.name}` : nameOf(key);
  };
  const move = useMutation({
    mutationFn: () =>
      stepped(() =>
        answer(
          api.POST('/api/v1/allocations', {
            params: { header: once() },
            body: { fromKeyId: from.id, toKeyId: chosen, amountNanoUsd: (amount ?? 0n).toString() },
          }),
        ),
      ),
    onSuccess: () => {
      void client.invalidateQueries();
      toast(`${moneyLeft(amount ?? 0n)} moved to ${to ? describe(to) : 'it'}`);
      onClose();
    },
  });
  const isReady = wrong === undefined && to !== undefined;
  return (
    <Dialog
      title={`Move credit from “${nameOf(from)}”`}
      onClose={onClose}
      onSubmit={() => isReady && move.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!isReady || move.isPending}>
            Move {amount === null ? '' : moneyLeft(amount)}
          </Button>
        </>
      }
    >
      {move.error && <Refused error={move.error} />}
      <Measure of={from} />
      <Choice
        label="To"
        value={chosen}
        options={[['', 'Choose a key or a pool'], ...targets.map((key) => [key.id, describe(key)] as const)]}
        onChange={setChosen}
      />
      <Field
        label="Amount"
        before="$"
        inputMode="decimal"
        value={text}
        error={text === '' ? undefined : wrong}
        onChange={(event) => setText(event.target.value)}
      />
      {isReady && (
        <Receipt label="Before and after">
          <ReceiptLine
            what={describe(to)}
            amount={`${moneyExact(to.availableNanoUsd)} → ${moneyExact(BigInt(to.availableNanoUsd) + (amount ?? 0n))}`}
          />
          <ReceiptLine what={nameOf(from)} amount={`${moneyExact(left)} → ${moneyExact(left - (amount ?? 0n))}`} />
          <ReceiptSum what="Moved" amount={moneyExact(amount ?? 0n)} />
        </Receipt>
      )}
    </Dialog>
  );
}
