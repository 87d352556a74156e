import { useMutation, useQueryClient } from '@tanstack/react-query';
import { MailOpen } from 'lucide-react';
import { request, type Invitation } from '../../api/people.ts';
import { until } from '../../format/time.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Ago } from '../../ui/amount.tsx';
import { Blank } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State, type Tone } from '../../ui/state.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

const STATES: Record<Invitation['state'], [Tone, string]> = {
  open: ['ok', 'Open'],
  accepted: ['off', 'Accepted'],
  expired: ['off', 'Expired'],
  revoked: ['off', 'Withdrawn'],
};

export function Invitations({ invitations, invite }: { invitations: Invitation[]; invite: () => void }) {
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (id: string) => stepped(() => request<undefined>('DELETE', `/invitations/${id}`)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['invitations'] });
      toast('The invitation is withdrawn');
    },
  });
  return (
    <Panel flush label="Invitations">
      {withdraw.error && <Refused error={withdraw.error} />}
      {invitations.length === 0 ? (
        <Blank icon={MailOpen} title="Nobody is invited" actions={<Button onClick={invite}>Invite</Button>}>
          An invitation is a link that works once. Whoever opens it chooses a name and a password.
        </Blank>
      ) : (
        <div className="scroll">
          <table className="folds">
            <thead>
              <tr>
                <th scope="col">For</th>
                <th scope="col">Role</th>
                <th scope="col">State</th>
                <th scope="col">Made</th>
                <th scope="col">Ends</th>
                <th scope="col">
                  <span className="only-read">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {invitations.map((one) => (
                <tr key={one.id} className={one.state === 'open' ? undefined : 'closed'}>
                  <td className="wide-name">
                    <span className="name cut">{one.name ?? one.email ?? 'whoever has the link'}</span>
                    {one.name && one.email && <span className="under cut">{one.email}</span>}
                  </td>
                  <td className="soft folded">{one.role}</td>
                  <td>
                    <State tone={STATES[one.state][0]} ended={one.state === 'revoked'}>
                      {STATES[one.state][1]}
                    </State>
                  </td>
                  <td className="soft folded">
                    <Ago at={one.createdAt} />
                  </td>
                  <td className="soft folded">{one.state === 'open' ? until(new Date(one.expiresAt)) : '–'}</td>
                  <td className="act">
                    {one.state === 'open' && (
                      <Button
                        look="quiet-danger"
                        size="small"
                        aria-label={`Withdraw the invitation for ${one.name ?? one.email ?? one.role}`}
                        onClick={() => withdraw.mutate(one.id)}
                      >
                        Withdraw
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
