import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { membersQuery } from '../../api/people-queries.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { nameOf } from './standing.ts';

const NOBODY = '';

/** Says whose a key is. */
export function Assign({ keyToGive: key, onClose }: { keyToGive: Schemas['KeySummary']; onClose: () => void }) {
  const { data: members = [] } = useQuery(membersQuery);
  const [to, setTo] = useState(key.memberId ?? NOBODY);
  const client = useQueryClient();
  const name = members.find((member) => member.id === to)?.name ?? 'nobody';
  const assign = useMutation({
    mutationFn: () =>
      stepped(() =>
        answer(
          api.PUT('/api/v1/keys/{id}/member', {
            params: { path: { id: key.id } },
            body: { memberId: to === NOBODY ? null : to },
          }),
        ),
      ),
    onSuccess: () => {
      void client.invalidateQueries();
      toast(to === NOBODY ? `${nameOf(key)} is nobody’s now` : `${nameOf(key)} is ${name}’s now`);
      onClose();
    },
  });
  const options = [
    [NOBODY, 'Nobody: whoever has the code can claim it'],
    ...members.filter((member) => !member.disabledAt).map((member) => [member.id, member.name] as const),
  ] as const;
  return (
    <Dialog
      title={`Whose is “${nameOf(key)}”?`}
      onClose={onClose}
      onSubmit={() => assign.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={to === (key.memberId ?? NOBODY) || assign.isPending}>
            {to === NOBODY ? 'Make it nobody’s' : `Give it to ${name}`}
          </Button>
        </>
      }
    >
      {assign.error && <Refused error={assign.error} />}
      <Choice label="Member" value={to} options={options} onChange={setTo} />
      <p className="soft small">
        Its credit is in their balance then, and its devices and requests are on their pages. Its devices go on as they
        are.
      </p>
    </Dialog>
  );
}
