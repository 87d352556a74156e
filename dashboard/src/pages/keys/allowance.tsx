import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, once, type Schemas } from '../../api/client.ts';
import { moneyExact, moneyLeft, parseDollars } from '../../format/money.ts';
import { date } from '../../format/time.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

type Every = Schemas['Every'];
type Given = Schemas['Allowance'];

/** A lot that credit can come to by itself: of a key, or of a team's pool. */
export interface Lot {
  id: string;
  name: string;
  allowance?: Given | null | undefined;
}

const EVERY = [
  ['month', 'On the first of each month'],
  ['week', 'On each Monday'],
  ['day', 'Each day'],
] as const;

const UNUSED = [
  ['goes', 'Goes back when the next one comes'],
  ['stays', 'Stays, and adds up'],
] as const;

/** $40 a month */
export const ruleOf = ({ amountNanoUsd, every }: Given): string => `${moneyLeft(amountNanoUsd)} a ${every}`;

const plain = (nano: string): string =>
  moneyExact(nano)
    .replace(/[^\d.]/g, '')
    .replace(/(\.\d\d)0+$/, '$1');

export function SetAllowance({ of: lot, onClose }: { of: Lot; onClose: () => void }) {
  const before = lot.allowance;
  const [text, setText] = useState(before ? plain(before.amountNanoUsd) : '10.00');
  const [every, setEvery] = useState<Every>(before?.every ?? 'month');
  const [unused, setUnused] = useState<(typeof UNUSED)[number][0]>(before?.carryOver ? 'stays' : 'goes');
  const client = useQueryClient();
  const amount = parseDollars(text);
  const wrong = amount === null || amount === 0n ? 'Type an amount of dollars, such as 10.00.' : undefined;
  const params = { path: { id: lot.id }, header: once() };
  const change = useMutation({
    mutationFn: (what: 'set' | 'end') =>
      stepped(() =>
        what === 'end'
          ? answer(api.DELETE('/api/v1/keys/{id}/allowance', { params }))
          : answer(
              api.PUT('/api/v1/keys/{id}/allowance', {
                params,
                body: { amountNanoUsd: (amount ?? 0n).toString(), every, carryOver: unused === 'stays' },
              }),
            ),
      ),
    onSuccess: (_transfers, what) => {
      void client.invalidateQueries();
      toast(
        what === 'end'
          ? `${lot.name} has no allowance any more`
          : `${lot.name} gets ${moneyLeft(amount ?? 0n)} a ${every}`,
      );
      onClose();
    },
  });
  return (
    <Dialog
      title={`Allowance of “${lot.name}”`}
      onClose={onClose}
      onSubmit={() => !wrong && change.mutate('set')}
      foot={
        <>
          {before && (
            <Button
              look="quiet-danger"
              style={{ marginRight: 'auto' }}
              disabled={change.isPending}
              onClick={() => change.mutate('end')}
            >
              End the allowance
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={wrong !== undefined || change.isPending}>
            Give {amount === null ? '' : moneyLeft(amount)} a {every}
          </Button>
        </>
      }
    >
      {change.error && <Refused error={change.error} />}
      <div className="two">
        <Field
          label="Amount"
          before="$"
          inputMode="decimal"
          value={text}
          error={text === '' ? undefined : wrong}
          onChange={(event) => setText(event.target.value)}
        />
        <Choice label="When" value={every} options={EVERY} onChange={setEvery} />
      </div>
      <Choice
        label="What is not used"
        value={unused}
        options={UNUSED}
        onChange={setUnused}
        hint="Days, weeks and months begin at midnight UTC. The present one’s comes at once, unless it came already."
      />
      {before && (
        <p className="soft small">
          Now {ruleOf(before)}; the next comes on {date(new Date(before.nextAt))}. What was given stays.
        </p>
      )}
    </Dialog>
  );
}
