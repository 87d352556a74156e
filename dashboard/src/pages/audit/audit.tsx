import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link2, ScrollText, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { request, type AuditEntry, type AuditReport } from '../../api/people.ts';
import { groups } from '../../format/number.ts';
import { absolute } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { Blank, Bones, Failed } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { actorOf, changesOf, doneOf } from './words.ts';
import './audit.css';

interface AuditPage {
  entries: AuditEntry[];
  next: number | null;
}

interface Asked {
  action: string;
  target: string;
  since: string;
}

const NONE: Asked = { action: '', target: '', since: '' };

function pathOf({ action, target, since }: Asked, before: number | undefined): string {
  const query = new URLSearchParams();
  if (action !== '') query.set('action', action);
  if (target !== '') query.set('target', target);
  if (since !== '') query.set('since', new Date(since).toISOString());
  if (before !== undefined) query.set('before', before.toString());
  return `/audit?${query.toString()}`;
}

/** Who did what, in the order in which it was done. Lines are chained, so that a change of one shows. */
export function Audit() {
  const [asked, setAsked] = useState(NONE);
  const query = useInfiniteQuery({
    queryKey: ['audit', asked],
    queryFn: ({ pageParam }) => request<AuditPage>('GET', pathOf(asked, pageParam)),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    meta: { live: true },
  });
  const entries = query.data?.pages.flatMap((page) => page.entries);
  return (
    <Page title="Audit log">
      <Chain />
      <div className="row audit-filters" role="group" aria-label="Filters">
        <label className="row tight">
          <span className="label">Action</span>
          <input
            className="input"
            type="search"
            placeholder="key, member.change, …"
            value={asked.action}
            onChange={(event) => setAsked({ ...asked, action: event.target.value.trim() })}
          />
        </label>
        <label className="row tight">
          <span className="label">Target</span>
          <input
            className="input"
            type="search"
            placeholder="What it was done to"
            value={asked.target}
            onChange={(event) => setAsked({ ...asked, target: event.target.value })}
          />
        </label>
        <label className="row tight">
          <span className="label">Since</span>
          <input
            className="input"
            type="date"
            value={asked.since}
            onChange={(event) => setAsked({ ...asked, since: event.target.value })}
          />
        </label>
      </div>
      <Panel flush label="Entries">
        {entries === undefined &&
          (query.error ? <Failed error={query.error} retry={query.refetch} /> : <Bones rows={6} />)}
        {entries?.length === 0 && (
          <Blank
            icon={ScrollText}
            title={asked === NONE ? 'Nothing was done yet' : 'No entry is like this'}
            actions={asked === NONE ? undefined : <Button onClick={() => setAsked(NONE)}>Without filters</Button>}
          >
            Sign-ins, changes of money, people, keys and providers are written here, and never taken out.
          </Blank>
        )}
        {entries !== undefined && entries.length > 0 && <Entries entries={entries} />}
        {query.hasNextPage && (
          <div className="card-pad">
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Earlier entries
            </Button>
          </div>
        )}
      </Panel>
    </Page>
  );
}

function Chain() {
  const verify = useMutation({ mutationFn: () => request<AuditReport>('POST', '/audit/verify') });
  const found = verify.data;
  return (
    <div className="stack">
      {verify.error && <Refused error={verify.error} />}
      {found && found.differences.length > 0 && (
        <Note tone="bad" role="alert">
          <b>The chain breaks.</b> {found.differences.slice(0, 3).join(' ')}{' '}
          {found.differences.length > 3 && `And ${groups(found.differences.length - 3)} more.`}
        </Note>
      )}
      {found?.differences.length === 0 && (
        <Note tone="ok" role="status">
          <b>The chain is whole.</b> {groups(found.entries)} entries.{' '}
          {found.head && (
            <>
              Head <span className="mono">{found.head.slice(0, 16)}…</span>, to compare with one that is kept elsewhere.
            </>
          )}
        </Note>
      )}
      <div>
        <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck aria-hidden="true" />
          Verify the chain now
        </Button>
      </div>
    </div>
  );
}

const Entries = ({ entries }: { entries: AuditEntry[] }) => (
  <div className="scroll">
    <table className="folds">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">What happened</th>
          <th scope="col">Change</th>
          <th scope="col">From</th>
          <th scope="col">Link</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.number}>
            <td className="num nowrap folded">{absolute(new Date(entry.at)).replace(/ \S+$/, '')}</td>
            <td>
              <b className="strong">{actorOf(entry)}</b> <span className="soft">{doneOf(entry.action)}</span>{' '}
              {entry.target && <span className="name">{entry.target}</span>}
              <span className="under on-narrow num">{absolute(new Date(entry.at))}</span>
            </td>
            <td className="folded">
              {changesOf(entry).map((change) => (
                <div key={change} className="change">
                  {change}
                </div>
              ))}
            </td>
            <td className="soft folded num">{entry.peer ?? '–'}</td>
            <td>
              <span className="chain" title={`Entry ${groups(entry.number)}, ${entry.hash}`}>
                <Link2 aria-hidden="true" />
                {entry.hash.slice(0, 4)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
