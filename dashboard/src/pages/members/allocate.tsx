import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { membersQuery, teamsQuery } from '../../api/people-queries.ts';
import type { MemberSummary, Team } from '../../api/people.ts';
import { keysQuery } from '../../api/queries.ts';
import { moneyExact, moneyLeft, parseDollars } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { toast } from '../../ui/toast.tsx';
import { Minted } from '../keys/minted.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { HOUSE, allocate, evenly, keyOf, sourcesOf } from './allocation.ts';

/** To one member, or to all people of a team. */
export type To = { member: MemberSummary } | { team: Team };

/** Credit that goes down the tree: from the house or a pool to people. */
export function Allocate({ to, onClose }: { to: To; onClose: () => void }) {
  const { data: keys = [] } = useQuery(keysQuery);
  const { data: members = [] } = useQuery(membersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const team = 'team' in to ? to.team : teams.find((one) => one.id === to.member.teamId);
  const people = 'team' in to ? members.filter((one) => one.teamId === to.team.id && !one.disabledAt) : [to.member];
  const name = 'team' in to ? `the people of ${to.team.name}` : to.member.name;
  const sources = new Map(sourcesOf(teams, keys, []));
  const hasPool = team !== undefined && BigInt(team.pool.availableNanoUsd) > 0n;
  const [chosen, setChosen] = useState<string>();
  const from = chosen ?? (hasPool ? team.pool.keyId : HOUSE);
  const [text, setText] = useState('');
  const client = useQueryClient();
  const source = sources.get(from);
  const amount = parseDollars(text);
  const wrong =
    amount === null || amount === 0n
      ? 'Type an amount of dollars, such as 5.00.'
      : source?.lot !== undefined && amount > source.left
        ? `Only ${moneyLeft(source.left)} is left there.`
        : undefined;
  const give = useMutation({
    mutationFn: () =>
      stepped(() =>
        allocate({
          source: source ?? { lot: undefined, name: '' },
          amount: amount ?? 0n,
          members: people,
          keys,
          pool: team?.pool.keyId,
        }),
      ),
    onSuccess: (minted) => {
      toast(`${moneyLeft(amount ?? 0n)} allocated to ${name}`);
      if (!minted) onClose();
    },
    onSettled: () => client.invalidateQueries(),
  });
  if (give.data) return <Minted minted={give.data} onClose={onClose} />;
  const keyless = people.filter((member) => !keyOf(keys, member.id));
  const isReady = wrong === undefined && people.length > 0 && source !== undefined;
  return (
    <Dialog
      title={`Allocate credit to ${name}`}
      onClose={onClose}
      onSubmit={() => isReady && give.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!isReady || give.isPending}>
            Allocate {amount === null ? '' : moneyLeft(amount)}
          </Button>
        </>
      }
    >
      {give.error && <Refused error={give.error} />}
      <div className="two">
        <Field
          label={people.length > 1 ? 'Amount, for all together' : 'Amount'}
          before="$"
          inputMode="decimal"
          value={text}
          error={text === '' ? undefined : wrong}
          onChange={(event) => setText(event.target.value)}
        />
        <Choice
          label="Out of"
          value={from}
          options={[...sources].map(([id, one]) => [
            id,
            one.lot === undefined ? one.name : `${one.name}, ${moneyLeft(one.left)} left`,
          ])}
          onChange={setChosen}
        />
      </div>
      {keyless.length > 0 && (
        <Note>
          {keyless.length === 1
            ? `${keyless[0]?.name ?? ''} has no key yet: one is`
            : `${count(keyless.length, 'person', 'people')} have no key yet: one is`}{' '}
          minted for each, and its code is shown next.
        </Note>
      )}
      {isReady && <Preview amount={amount ?? 0n} people={people.length} source={source} />}
    </Dialog>
  );
}

function Preview(props: {
  amount: bigint;
  people: number;
  source: NonNullable<ReturnType<typeof sourcesOf>[number]>[1];
}) {
  const { amount, people, source } = props;
  const { each, more } = evenly(amount, people);
  return (
    <Receipt label="Who gets what">
      {people === 1 ? (
        <ReceiptLine what="They get" amount={moneyExact(amount)} />
      ) : (
        <>
          {more > 0 && (
            <ReceiptLine
              what={`${count(more, 'person', 'people')} ${more === 1 ? 'gets' : 'get'}, with the odd nano-dollars`}
              amount={moneyExact(each + 1n)}
            />
          )}
          <ReceiptLine what={`${count(people - more, 'person', 'people')} get`} amount={moneyExact(each)} />
        </>
      )}
      {source.lot !== undefined && (
        <ReceiptLine what={`${source.name}, after this`} amount={moneyExact(source.left - amount)} />
      )}
      <ReceiptSum what={source.lot === undefined ? 'New credit' : 'Moved'} amount={moneyExact(amount)} />
    </Receipt>
  );
}
