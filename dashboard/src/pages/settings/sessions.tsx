import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sessionsQuery } from '../../api/people-queries.ts';
import { request } from '../../api/people.ts';
import { Ago } from '../../ui/amount.tsx';
import { Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Listed } from './listed.tsx';

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
          <Listed
            heads={['Browser', 'From', 'Used']}
            lines={sessions.map((session) => ({
              id: session.id,
              name: session.client ?? 'A browser without a name',
              under: (
                <>
                  since <Ago at={session.createdAt} />
                </>
              ),
              cells: [
                <span key="from" className="num">
                  {session.address ?? '–'}
                </span>,
                <Ago key="used" at={session.seenAt} />,
              ],
              act: session.current ? (
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
              ),
            }))}
          />
        )}
      </Of>
    </Panel>
  );
}
