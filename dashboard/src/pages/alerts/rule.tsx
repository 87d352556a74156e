import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlertKind, AlertRule, AlertRules } from '../../api/alerts.ts';
import { membersQuery } from '../../api/people-queries.ts';
import { request } from '../../api/people.ts';
import { keysQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { nameOf } from '../keys/standing.ts';
import { Refused } from '../sign-in/sign-in.tsx';
import { ABOUT, KINDS, OF_EACH } from './words.ts';

export type Edited = { isNew: true } | { isNew: false; rule: AlertRule };

type Figure = 'percent' | 'amount' | 'minutes' | 'tokens';

const FIGURES: Record<AlertKind, readonly Figure[]> = {
  approachingLimit: ['percent'],
  limitExceeded: [],
  highDailyCost: ['amount'],
  serviceDown: ['minutes'],
  unusualActivity: ['percent', 'tokens'],
  variance: ['amount'],
};

const LABELS: Record<Figure, string> = {
  percent: 'Percent',
  amount: 'US dollars',
  minutes: 'Minutes',
  tokens: 'At least so many tokens',
};

const COMES: Partial<Record<AlertKind, Partial<Record<Figure, string>>>> = {
  approachingLimit: { percent: '80' },
  highDailyCost: { amount: '25' },
  unusualActivity: { percent: '200', tokens: '10000' },
};

const NANO = 9;

/** 12.5 to nano-dollars, or nothing where it is no amount. */
function nanoOf(text: string): string | undefined {
  const found = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!found) return undefined;
  return BigInt((found[1] ?? '0') + (found[2] ?? '').padEnd(NANO, '0')).toString();
}

function dollarsOf(nano: string): string {
  const digits = nano.padStart(NANO + 1, '0');
  const cents = digits.slice(-NANO).replace(/0+$/, '');
  return digits.slice(0, -NANO) + (cents === '' ? '' : `.${cents}`);
}

function textsOf(rule: AlertRule): Partial<Record<Figure, string>> {
  return {
    ...(rule.percent == null ? {} : { percent: rule.percent.toString() }),
    ...(rule.amountNanoUsd == null ? {} : { amount: dollarsOf(rule.amountNanoUsd) }),
    ...(rule.minutes == null ? {} : { minutes: rule.minutes.toString() }),
    ...(rule.tokens == null ? {} : { tokens: rule.tokens.toString() }),
  };
}

export function EditRule({ edited, onClose }: { edited: Edited; onClose: () => void }) {
  const before = edited.isNew ? undefined : edited.rule;
  const [kind, setKind] = useState<AlertKind>(before?.kind ?? 'approachingLimit');
  const [whose, setWhose] = useState(before ? `${before.scope} ${before.scopeId ?? ''}` : '');
  const [enabled, setEnabled] = useState(before?.enabled ?? true);
  const [texts, setTexts] = useState<Partial<Record<Figure, string>>>(before ? textsOf(before) : {});
  const figures = FIGURES[kind];
  const textOf = (figure: Figure) => texts[figure] ?? COMES[kind]?.[figure] ?? '';
  const wrong = figures.filter((figure) =>
    figure === 'amount' ? nanoOf(textOf(figure)) === undefined : !/^\d+$/.test(textOf(figure).trim()),
  );
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      const [scope = 'gateway', scopeId = ''] = whose.split(' ');
      return request<AlertRules>('PUT', '/alerts/rules', {
        kind,
        scope,
        ...(scopeId === '' ? {} : { scopeId }),
        enabled,
        ...Object.fromEntries(
          figures.map((figure) =>
            figure === 'amount'
              ? ['amountNanoUsd', nanoOf(textOf(figure))]
              : [figure, Number.parseInt(textOf(figure).trim(), 10)],
          ),
        ),
      });
    },
    onSuccess: (rules) => {
      client.setQueryData(['alerts', 'rules'], rules);
      onClose();
    },
  });
  return (
    <Dialog
      title={before ? KINDS[kind] : 'Rule for a member or key'}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            disabled={save.isPending || whose.trim() === '' || (enabled && wrong.length > 0)}
          >
            Save the rule
          </Button>
        </>
      }
    >
      {save.error && <Refused error={save.error} />}
      {!before && (
        <>
          <Whose value={whose} onChange={setWhose} />
          <Choice label="Kind" value={kind} options={OF_EACH.map((one) => [one, KINDS[one]])} onChange={setKind} />
        </>
      )}
      <p className="soft">{ABOUT[kind]}</p>
      <label className="check">
        <input type="checkbox" checked={enabled} onChange={(event) => setEnabled(event.target.checked)} />
        Tell of it
      </label>
      {figures.map((figure) => (
        <Field
          key={figure}
          label={LABELS[figure]}
          inputMode={figure === 'amount' ? 'decimal' : 'numeric'}
          className="num"
          disabled={!enabled}
          value={textOf(figure)}
          error={enabled && textOf(figure) !== '' && wrong.includes(figure) ? 'This is no such number.' : undefined}
          hint={HINTS[figure]?.(kind)}
          onChange={(event) => setTexts({ ...texts, [figure]: event.target.value })}
        />
      ))}
    </Dialog>
  );
}

const HINTS: Partial<Record<Figure, (kind: AlertKind) => string>> = {
  percent: (kind) =>
    kind === 'unusualActivity'
      ? 'Of the median of the same weekday; 200 is twice as much.'
      : 'Of the credit, or of the cap. From 1 to 99.',
  amount: (kind) => (kind === 'variance' ? '0 tells of any.' : 'More than this in a day.'),
  tokens: () => 'A day of fewer is never unusual.',
};

function Whose({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { data: members = [] } = useQuery(membersQuery);
  const { data: keys = [] } = useQuery(keysQuery);
  const options = [
    ['', 'Choose a member or key'] as const,
    ...members.map((member) => [`member ${member.id}`, member.name] as const),
    ...keys.filter((key) => key.state === 'active').map((key) => [`key ${key.id}`, `Key ${nameOf(key)}`] as const),
  ];
  return (
    <Choice
      label="Whose"
      value={value}
      options={options}
      onChange={onChange}
      hint="A key’s rule goes before its member’s, and that before everybody’s."
    />
  );
}
