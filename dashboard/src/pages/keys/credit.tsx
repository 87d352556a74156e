import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, once } from '../../api/client.ts';
import { moneyExact, moneyLeft, parseDollars } from '../../format/money.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Measure, type Holding } from '../../ui/measure.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

/** A key's lot, or a team's pool. */
export type NamedLot = Holding & { id: string; name: string };

/** A change of one lot: what it is before, what moves, what it is then. */
function Move(props: {
  title: string;
  verb: string;
  sign: 1n | -1n;
  of: NamedLot;
  begin: string;
  act: (amount: string) => Promise<unknown>;
  done: (amount: bigint) => string;
  onClose: () => void;
}) {
  const { title, verb, sign, of: key, begin, act, done, onClose } = props;
  const [text, setText] = useState(begin);
  const client = useQueryClient();
  const amount = parseDollars(text);
  const left = BigInt(key.availableNanoUsd);
  const after = left + sign * (amount ?? 0n);
  const wrong =
    amount === null || amount === 0n
      ? 'Type an amount of dollars, such as 5.00.'
      : after < 0n
        ? `Only ${moneyLeft(left)} is neither spent nor held.`
        : undefined;
  const move = useMutation({
    mutationFn: () => stepped(() => act((amount ?? 0n).toString())),
    onSuccess: () => {
      void client.invalidateQueries();
      toast(done(amount ?? 0n));
      onClose();
    },
  });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => !wrong && move.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={wrong !== undefined || move.isPending}>
            {verb} {amount === null ? '' : moneyLeft(amount)}
          </Button>
        </>
      }
    >
      {move.error && <Refused error={move.error} />}
      <Measure of={key} />
      <Field
        label="Amount"
        before="$"
        inputMode="decimal"
        value={text}
        error={text === '' ? undefined : wrong}
        onChange={(event) => setText(event.target.value)}
      />
      <Receipt label="Before and after">
        <ReceiptLine what="Left now" amount={moneyExact(left)} />
        <ReceiptLine what={verb} amount={`${sign < 0n ? '−' : '+'}${moneyExact(amount ?? 0n)}`} />
        <ReceiptSum what="Left then" amount={after < 0n ? '–' : moneyExact(after)} />
      </Receipt>
    </Dialog>
  );
}

export const GiveCredit = ({ to, onClose }: { to: NamedLot; onClose: () => void }) => (
  <Move
    title={`More credit for “${to.name}”`}
    verb="Give"
    sign={1n}
    of={to}
    begin="5.00"
    onClose={onClose}
    act={(amountNanoUsd) =>
      answer(
        api.POST('/api/v1/keys/{id}/credit', {
          params: { path: { id: to.id }, header: once() },
          body: { amountNanoUsd },
        }),
      )
    }
    done={(amount) => `${moneyLeft(amount)} given to ${to.name}`}
  />
);

export const TakeBack = ({ from, onClose }: { from: NamedLot; onClose: () => void }) => (
  <Move
    title={`Take credit back from “${from.name}”`}
    verb="Take back"
    sign={-1n}
    of={from}
    begin={moneyExact(from.availableNanoUsd).replace(/[^\d.]/g, '')}
    onClose={onClose}
    act={(amountNanoUsd) =>
      answer(
        api.POST('/api/v1/keys/{id}/reclaim', {
          params: { path: { id: from.id }, header: once() },
          body: { amountNanoUsd },
        }),
      )
    }
    done={(amount) => `${moneyLeft(amount)} taken back from ${from.name}`}
  />
);
