import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { membersQuery } from '../../api/people-queries.ts';
import { request, type MemberSummary, type Team } from '../../api/people.ts';
import { moneyExact, moneyLeft, parseDollars } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { toast } from '../../ui/toast.tsx';
import { SetAllowance } from '../keys/allowance.tsx';
import { GiveCredit, TakeBack } from '../keys/credit.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Allocate } from './allocate.tsx';

export interface TeamAct {
  what: 'divide' | 'fill' | 'drain' | 'allowance' | 'people' | 'rename' | 'remove';
  team: Team;
}

export function TeamDialog({ act, onClose }: { act: TeamAct | undefined; onClose: () => void }) {
  if (!act) return null;
  const { team } = act;
  const pool = { ...team.pool, id: team.pool.keyId, name: `the pool of ${team.name}` };
  switch (act.what) {
    case 'divide':
      return <Allocate to={{ team }} onClose={onClose} />;
    case 'fill':
      return <GiveCredit to={pool} onClose={onClose} />;
    case 'drain':
      return <TakeBack from={pool} onClose={onClose} />;
    case 'allowance':
      return <SetAllowance of={{ ...pool, allowance: team.allowance }} onClose={onClose} />;
    case 'people':
      return <ChoosePeople of={team} onClose={onClose} />;
    case 'rename':
      return <RenameTeam of={team} onClose={onClose} />;
    case 'remove':
      return <RemoveTeam of={team} onClose={onClose} />;
  }
}

/** Every change of a team is asked for anew with all that stands beside it. */
function useTeamChange(act: () => Promise<unknown>, done: string, onClose: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => stepped(act),
    onSuccess: () => {
      toast(done);
      onClose();
    },
    onSettled: () => client.invalidateQueries(),
  });
}

export function NewTeam({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [credit, setCredit] = useState('0');
  const amount = parseDollars(credit);
  const isWrong = name.trim() === '' || amount === null;
  const make = useTeamChange(
    () => request('POST', '/teams', { name: name.trim(), creditNanoUsd: (amount ?? 0n).toString() }),
    `${name.trim()} is there`,
    onClose,
  );
  return (
    <Dialog
      title="New team"
      onClose={onClose}
      onSubmit={() => !isWrong && make.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isWrong || make.isPending}>
            Make the team{amount ? `, ${moneyLeft(amount)}` : ''}
          </Button>
        </>
      }
    >
      {make.error && <Refused error={make.error} />}
      <Field label="Name" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      <Field
        label="Credit in its pool"
        before="$"
        inputMode="decimal"
        value={credit}
        error={amount === null ? 'Type an amount of dollars, such as 5.00.' : undefined}
        hint="A pool is spent by nobody itself: it is allocated to the people of the team."
        onChange={(event) => setCredit(event.target.value)}
      />
    </Dialog>
  );
}

function RenameTeam({ of: team, onClose }: { of: Team; onClose: () => void }) {
  const [name, setName] = useState(team.name);
  const rename = useTeamChange(
    () => request('PATCH', `/teams/${team.id}`, { name: name.trim() }),
    `It is called ${name.trim()} now`,
    onClose,
  );
  const isSame = name.trim() === '' || name.trim() === team.name;
  return (
    <Dialog
      title={`Rename ${team.name}`}
      onClose={onClose}
      onSubmit={() => !isSame && rename.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isSame || rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      {rename.error && <Refused error={rename.error} />}
      <Field label="Name" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
    </Dialog>
  );
}

function RemoveTeam({ of: team, onClose }: { of: Team; onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  const remove = useTeamChange(() => request('DELETE', `/teams/${team.id}`), `${team.name} is removed`, onClose);
  return (
    <Dialog
      title={`Remove the team ${team.name}?`}
      begin={keep}
      onClose={onClose}
      foot={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep it
          </Button>
          <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Remove team, {moneyLeft(team.pool.availableNanoUsd)} back
          </Button>
        </>
      }
    >
      {remove.error && <Refused error={remove.error} />}
      <ul className="stack close soft">
        <li>Its people stay members, in no team, with the keys and the credit that they have.</li>
        <li>An allowance of the pool ends.</li>
      </ul>
      <Receipt label="What happens to its pool">
        <ReceiptLine what="Back to the house" amount={moneyExact(team.pool.availableNanoUsd)} />
        <ReceiptSum what="Left in the pool" amount={moneyExact(0n)} />
      </Receipt>
    </Dialog>
  );
}

/** Who is in a team; a person is in one team at most. */
function ChoosePeople({ of: team, onClose }: { of: Team; onClose: () => void }) {
  const { data: members = [] } = useQuery(membersQuery);
  const [changed, setChanged] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isIn = (member: MemberSummary) => changed.get(member.id) ?? member.teamId === team.id;
  const differing = members.filter((member) => isIn(member) !== (member.teamId === team.id));
  const save = useTeamChange(
    async () => {
      for (const member of differing)
        await request('PUT', `/members/${member.id}/team`, { teamId: isIn(member) ? team.id : null });
    },
    `${count(members.filter(isIn).length, 'person', 'people')} in ${team.name}`,
    onClose,
  );
  return (
    <Dialog
      title={`The people of ${team.name}`}
      onClose={onClose}
      onSubmit={() => differing.length > 0 && save.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={differing.length === 0 || save.isPending}>
            Save
          </Button>
        </>
      }
    >
      {save.error && <Refused error={save.error} />}
      <fieldset className="field">
        <legend className="only-read">People</legend>
        <div className="people-choice">
          {members.map((member) => (
            <label key={member.id} className="check">
              <input
                type="checkbox"
                checked={isIn(member)}
                onChange={(event) => setChanged((now) => new Map(now).set(member.id, event.target.checked))}
              />
              <span className="cut" title={member.name}>
                {member.name}
              </span>
              {member.teamId && member.teamId !== team.id && <span className="muted small">in another team</span>}
            </label>
          ))}
        </div>
      </fieldset>
      <p className="soft small">What they hold does not move. Whoever is in another team leaves that.</p>
    </Dialog>
  );
}
