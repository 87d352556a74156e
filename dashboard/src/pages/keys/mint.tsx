import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, once, type Schemas } from '../../api/client.ts';
import { membersQuery, teamsQuery } from '../../api/people-queries.ts';
import { modelsQuery } from '../../api/queries.ts';
import { moneyExact, moneyLeft, parseDollars } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { dayDate, dayText, until } from '../../format/time.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Minted } from './minted.tsx';

interface Form {
  credit: string;
  many: string;
  note: string;
  devices: string;
  expires: string;
  models: readonly string[] | null;
  /** Whose they are from the start; empty: whoever claims them. */
  member: string;
  /** The pool that pays for them; empty: new credit. */
  pool: string;
  perMonth: string;
}

const MANY_MAX = 500;

const EMPTY: Form = {
  credit: '5.00',
  many: '1',
  note: '',
  devices: '3',
  expires: '',
  models: null,
  member: '',
  pool: '',
  perMonth: '',
};

/** What is wrong with the form, field by field. */
function mistakes(form: Form, left: bigint | undefined) {
  const many = Number(form.many);
  const devices = Number(form.devices);
  const credit = parseDollars(form.credit);
  return {
    credit:
      credit === null || credit === 0n
        ? 'Type an amount of dollars, such as 5.00.'
        : left !== undefined && credit * BigInt(Number.isInteger(many) ? many : 1) > left
          ? `Only ${moneyLeft(left)} is left in the pool.`
          : undefined,
    many:
      Number.isInteger(many) && many >= 1 && many <= MANY_MAX
        ? undefined
        : `A number from 1 to ${MANY_MAX.toString()}.`,
    devices: Number.isInteger(devices) && devices >= 1 && devices <= 1000 ? undefined : 'A number from 1 to 1,000.',
    perMonth:
      form.perMonth.trim() === '' || (parseDollars(form.perMonth) ?? 0n) > 0n
        ? undefined
        : 'An amount of dollars, or nothing.',
    expires: form.expires !== '' && form.expires < dayText(new Date()) ? 'This day is over.' : undefined,
  };
}

/** The last moment of the day, as this browser counts it. */
const endOfDay = (day: string): Date => new Date(dayDate(day).setHours(23, 59, 59, 0));

/** Mints; where a pool pays, the keys begin empty and its credit is allocated to them, whole. */
async function mintKeys(form: Form): Promise<Schemas['MintResponse']> {
  const credit = parseDollars(form.credit) ?? 0n;
  const minted = await answer(
    api.POST('/api/v1/keys', {
      body: {
        creditNanoUsd: form.pool === '' ? credit.toString() : '0',
        count: Number(form.many),
        devices: Number(form.devices),
        label: form.note.trim() === '' ? null : form.note.trim(),
        models: form.models ? [...form.models] : null,
        expiresAt: form.expires === '' ? null : endOfDay(form.expires).toISOString(),
        ...(form.member === '' ? {} : { memberId: form.member }),
        ...(form.perMonth.trim() === ''
          ? {}
          : { spendPerMonthNanoUsd: (parseDollars(form.perMonth) ?? 0n).toString() }),
      },
    }),
  );
  if (form.pool === '') return minted;
  const evenly = minted.keys.map((key) => key.id);
  const amountNanoUsd = (credit * BigInt(evenly.length)).toString();
  await answer(
    api.POST('/api/v1/allocations', {
      params: { header: once() },
      body: { fromKeyId: form.pool, evenly, amountNanoUsd },
    }),
  );
  return { ...minted, keys: minted.keys.map((key) => ({ ...key, creditNanoUsd: credit.toString() })) };
}

export function Mint({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState(EMPTY);
  const client = useQueryClient();
  const { data: members = [] } = useQuery(membersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const team = teams.find((one) => one.pool.keyId === form.pool);
  const wrong = mistakes(form, team ? BigInt(team.pool.availableNanoUsd) : undefined);
  const isWrong = Object.values(wrong).some(Boolean) || form.models?.length === 0;
  const many = Number(form.many);
  const total = (parseDollars(form.credit) ?? 0n) * BigInt(isWrong ? 0 : many);
  const set = (change: Partial<Form>) => setForm((now) => ({ ...now, ...change }));
  const mint = useMutation({
    mutationFn: () => stepped(() => mintKeys(form)),
    onSettled: () => client.invalidateQueries(),
  });
  if (mint.data) return <Minted minted={mint.data} onClose={onClose} />;
  return (
    <Dialog
      title="Mint token keys"
      onClose={onClose}
      onSubmit={() => !isWrong && mint.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isWrong || mint.isPending}>
            {isWrong ? 'Mint' : `Mint ${count(many, 'key')}, ${moneyLeft(total)}`}
          </Button>
        </>
      }
    >
      {mint.error && <Refused error={mint.error} />}
      <div className="two">
        <Field
          label="Credit on each"
          before="$"
          inputMode="decimal"
          value={form.credit}
          error={wrong.credit}
          onChange={(event) => set({ credit: event.target.value })}
        />
        <Field
          label="How many"
          inputMode="numeric"
          value={form.many}
          error={wrong.many}
          onChange={(event) => set({ many: event.target.value.trim() })}
        />
      </div>
      <Field
        label="Note"
        maxLength={200}
        value={form.note}
        hint="Only people who manage keys see it."
        onChange={(event) => set({ note: event.target.value })}
      />
      <div className="two">
        <Choice
          label="For"
          value={form.member}
          options={[
            ['', 'Whoever claims them'],
            ...members.filter((one) => !one.disabledAt).map((one) => [one.id, one.name] as const),
          ]}
          onChange={(member) => set({ member })}
        />
        <Choice
          label="Paid from"
          value={form.pool}
          options={[
            ['', 'New credit'],
            ...teams.map(
              (one) =>
                [one.pool.keyId, `The pool of ${one.name}, ${moneyLeft(one.pool.availableNanoUsd)} left`] as const,
            ),
          ]}
          onChange={(pool) => set({ pool })}
        />
      </div>
      <ModelChoice chosen={form.models} choose={(models) => set({ models })} />
      <div className="two">
        <Field
          label="Devices, at most"
          inputMode="numeric"
          value={form.devices}
          error={wrong.devices}
          onChange={(event) => set({ devices: event.target.value.trim() })}
        />
        <Field
          label="Expires"
          type="date"
          min={dayText(new Date())}
          value={form.expires}
          error={wrong.expires}
          hint={form.expires === '' ? 'Never' : `${until(endOfDay(form.expires))}, end of the day`}
          onChange={(event) => set({ expires: event.target.value })}
        />
      </div>
      <Field
        label="Each may spend in a month"
        before="$"
        inputMode="decimal"
        placeholder="no limit"
        value={form.perMonth}
        error={wrong.perMonth}
        hint="Beside its credit. A calendar month of the gateway."
        onChange={(event) => set({ perMonth: event.target.value })}
      />
      {!isWrong && (
        <Receipt label="What is minted">
          <ReceiptLine
            what={`${count(many, 'key')} at ${moneyLeft(parseDollars(form.credit) ?? 0n)}`}
            amount={moneyExact(total)}
          />
          {team && (
            <ReceiptLine
              what={`Left in the pool of ${team.name}, then`}
              amount={moneyExact(BigInt(team.pool.availableNanoUsd) - total)}
            />
          )}
          <ReceiptSum what={team ? 'Out of the pool' : 'New credit'} amount={moneyExact(total)} />
        </Receipt>
      )}
    </Dialog>
  );
}

function ModelChoice({
  chosen,
  choose,
}: {
  chosen: readonly string[] | null;
  choose: (models: readonly string[] | null) => void;
}) {
  const { data: models = [] } = useQuery(modelsQuery);
  const toggle = (id: string, on: boolean) => {
    const now = chosen ?? [];
    choose(on ? [...now, id] : now.filter((one) => one !== id));
  };
  return (
    <fieldset className="field">
      <legend className="only-read">Models</legend>
      <label className="check">
        <input
          type="checkbox"
          checked={chosen === null}
          onChange={(event) => choose(event.target.checked ? null : [])}
        />
        All models, later ones too
      </label>
      {chosen !== null && (
        <div className="model-choice">
          {models.map((model: Schemas['Model']) => (
            <label key={model.id} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(model.id)}
                onChange={(event) => toggle(model.id, event.target.checked)}
              />
              <span className="cut" title={model.id}>
                {model.id}
              </span>
            </label>
          ))}
          {chosen.length === 0 && <span className="field-error">Choose at least one.</span>}
        </div>
      )}
    </fieldset>
  );
}
