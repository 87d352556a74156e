import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { teamsQuery } from '../../api/people-queries.ts';
import { request, type MemberSummary } from '../../api/people.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

export function PutInTeam({ of: member, onClose }: { of: MemberSummary; onClose: () => void }) {
  const { data: teams = [] } = useQuery(teamsQuery);
  const before = member.teamId ?? '';
  const [team, setTeam] = useState(before);
  const client = useQueryClient();
  const name = teams.find((one) => one.id === team)?.name;
  const put = useMutation({
    mutationFn: () =>
      stepped(() => request<unknown>('PUT', `/members/${member.id}/team`, { teamId: team === '' ? null : team })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['members'] });
      toast(name === undefined ? `${member.name} is in no team now` : `${member.name} is in ${name} now`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`The team of ${member.name}`}
      onClose={onClose}
      onSubmit={() => team !== before && put.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={team === before || put.isPending}>
            {name === undefined ? 'Leave the team' : `Put in ${name}`}
          </Button>
        </>
      }
    >
      {put.error && <Refused error={put.error} />}
      <Choice
        label="Team"
        value={team}
        options={[['', 'In no team'], ...teams.map((one) => [one.id, one.name] as const)]}
        onChange={setTeam}
        hint={teams.length === 0 ? 'There is no team yet: make one first.' : 'What they hold does not move.'}
      />
    </Dialog>
  );
}
