import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sessionsQuery } from '../../api/people-queries.ts';
import { request } from '../../api/people.ts';
import { Ago } from '../../ui/amount.tsx';
import { Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

/** Browsers that are signed in. */
export function Sessions() {
  const query = useQuery(sessionsQuery);
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string) => request<undefined>('DELETE', `/sessions/${id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['sessions'] });
      toast('That browser is signed out');
    },
  });
  return (
    <Panel span={12} flush title="Signed-in browsers">
      {end.error && <Refused error={end.error} />}
      <Of query={query}>
        {(sessions) => (
          <div className="scroll">
            <table className="folds">
              <thead>
                <tr>
                  <th scope="col">Browser</th>
                  <th scope="col">From</th>
                  <th scope="col">Used</th>
                  <th scope="col">
                    <span className="only-read">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {sessions.map((session) => (
                  <tr key={session.id}>
                    <td className="wide-name">
                      <span className="name cut" style={{ display: 'block' }} title={session.client ?? undefined}>
                        {session.client ?? 'A browser without a name'}
                      </span>
                      <span className="under">
                        since <Ago at={session.createdAt} />
                      </span>
                    </td>
                    <td className="soft folded num">{session.address ?? '–'}</td>
                    <td className="soft folded">
                      <Ago at={session.seenAt} />
                    </td>
                    <td className="act">
                      {session.current ? (
                        <span className="tag">this one</span>
                      ) : (
                        <Button
                          look="quiet-danger"
                          size="small"
                          aria-label={`Sign out ${session.client ?? 'that browser'}`}
                          onClick={() => end.mutate(session.id)}
                        >
                          Sign out
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Of>
    </Panel>
  );
}
