import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request, type MemberSummary } from '../../api/people.ts';
import { moneyExact, parseDollars } from '../../format/money.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

interface Form {
  day: string;
  month: string;
  rpm: string;
  tpm: string;
  streams: string;
}

const dollars = (nano: string | null | undefined): string =>
  nano
    ? moneyExact(nano)
        .replace(/[^\d.]/g, '')
        .replace(/(\.\d\d)0+$/, '$1')
    : '';

const whole = (text: string): number | null =>
  /^\d{1,9}$/.test(text.trim()) && Number(text) > 0 ? Number(text) : null;

/** What is wrong with a field; an empty one is no limit. */
const wrongMoney = (text: string): string | undefined =>
  text.trim() === '' || (parseDollars(text) ?? 0n) > 0n ? undefined : 'An amount of dollars, or nothing.';
const wrongCount = (text: string): string | undefined =>
  text.trim() === '' || whole(text) !== null ? undefined : 'A whole number, or nothing.';

/** What a member may use with all their keys together. */
export function Caps({ of: member, onClose }: { of: MemberSummary; onClose: () => void }) {
  const { limits } = member;
  const [form, setForm] = useState<Form>({
    day: dollars(limits?.spendPerDayNanoUsd),
    month: dollars(limits?.spendPerMonthNanoUsd),
    rpm: limits?.rpm?.toString() ?? '',
    tpm: limits?.tpm?.toString() ?? '',
    streams: limits?.streams?.toString() ?? '',
  });
  const set = (change: Partial<Form>) => setForm((now) => ({ ...now, ...change }));
  const isWrong =
    [form.day, form.month].some((text) => wrongMoney(text) !== undefined) ||
    [form.rpm, form.tpm, form.streams].some((text) => wrongCount(text) !== undefined);
  const client = useQueryClient();
  const money = (name: string, text: string) =>
    text.trim() === '' ? {} : { [name]: (parseDollars(text) ?? 0n).toString() };
  const number = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: whole(text) });
  const save = useMutation({
    mutationFn: () =>
      stepped(() =>
        request<unknown>('PUT', `/members/${member.id}/limits`, {
          ...money('spendPerDayNanoUsd', form.day),
          ...money('spendPerMonthNanoUsd', form.month),
          ...number('rpm', form.rpm),
          ...number('tpm', form.tpm),
          ...number('streams', form.streams),
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['members'] });
      toast(`The limits of ${member.name} are in force`);
      onClose();
    },
  });
  const count = (name: 'rpm' | 'tpm' | 'streams', label: string) => (
    <Field
      label={label}
      inputMode="numeric"
      placeholder="no limit"
      value={form[name]}
      error={wrongCount(form[name])}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  const spend = (name: 'day' | 'month', label: string) => (
    <Field
      label={label}
      before="$"
      inputMode="decimal"
      placeholder="no limit"
      value={form[name]}
      error={wrongMoney(form[name])}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  return (
    <Dialog
      title={`Limits of ${member.name}`}
      onClose={onClose}
      onSubmit={() => !isWrong && save.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isWrong || save.isPending}>
            Set the limits
          </Button>
        </>
      }
    >
      {save.error && <Refused error={save.error} />}
      <p className="soft small">
        For all keys of {member.name} together, beside what each key and device may use. They hold from the next request
        on.
      </p>
      <div className="two">
        {spend('day', 'Spend in a day')}
        {spend('month', 'Spend in a month')}
      </div>
      <div className="two">
        {count('rpm', 'Requests in a minute')}
        {count('tpm', 'Tokens in a minute')}
      </div>
      {count('streams', 'Requests at the same time')}
    </Dialog>
  );
}
