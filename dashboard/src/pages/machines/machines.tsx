/** What one's own machines sent: the same days as `token-tracker usage daily` shows there. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Laptop } from 'lucide-react';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { gatewayUrl } from '../../api/place.ts';
import { sentDaysQuery, sharingQuery } from '../../api/sharing.ts';
import { count, groups } from '../../format/number.ts';
import { calendarDay } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { stepped } from '../../shell/step-up.tsx';
import { Ago, Charge, Tokens, Unknown } from '../../ui/amount.tsx';
import { Blank, Bones, Failed, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Code } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

type Machine = Schemas['SharingMachine'];

const LEAD =
  'What the assistants on your machines used by their own logs, whichever gateway or account they used: sums of days, and nothing else.';

export function Machines() {
  const query = useQuery(sharingQuery);
  return (
    <Page title="My machines" lead={LEAD}>
      <Of query={query}>
        {({ machines, isPublic }) =>
          machines.length === 0 ? (
            <None />
          ) : (
            <>
              <List machines={machines} isPublic={isPublic} />
              <Days machines={machines} />
            </>
          )
        }
      </Of>
    </Page>
  );
}

const None = () => (
  <Panel label="Machines">
    <Blank icon={Laptop} title="No machine has sent anything">
      A machine sends its days only when you say so. Nobody but you sees them until your profile is public.
    </Blank>
    <Code title="On your machine">
      {`token-tracker login --url ${gatewayUrl}\ntoken-tracker submit --dry-run\ntoken-tracker submit`}
    </Code>
  </Panel>
);

const nameOf = ({ name, machine }: Machine): string => name ?? `Machine ${machine.slice(0, 8)}`;

function List({ machines, isPublic }: { machines: Machine[]; isPublic: boolean }) {
  const [forgetting, setForgetting] = useState<Machine>();
  return (
    <Panel
      title="Machines"
      flush
      beside={
        <span className="push muted small">
          {isPublic ? 'Your profile is public. ' : 'Only you see this. '}
          <Link to="/settings">Sharing</Link>
        </span>
      }
    >
      <table className="folds">
        <thead>
          <tr>
            <th scope="col">Machine</th>
            <th scope="col" className="n">
              Tokens
            </th>
            <th scope="col" className="n">
              Days
            </th>
            <th scope="col">Last sent</th>
            <th scope="col">
              <span className="only-read">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {machines.map((machine) => (
            <tr key={machine.machine}>
              <td className="wide-name">
                <span className="name cut" style={{ display: 'block' }} title={nameOf(machine)}>
                  {nameOf(machine)}
                </span>
                <span className="under mono">{machine.machine.slice(0, 8)}</span>
              </td>
              <td className="n">
                <Tokens count={machine.tokens} />
              </td>
              <td className="n soft folded">{groups(machine.days)}</td>
              <td className="soft folded">
                <Ago at={machine.lastAt} />
              </td>
              <td className="act">
                <Button
                  look="quiet-danger"
                  size="small"
                  aria-label={`Delete what ${nameOf(machine)} sent`}
                  onClick={() => setForgetting(machine)}
                >
                  Delete
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {forgetting && <Forget machine={forgetting} onClose={() => setForgetting(undefined)} />}
    </Panel>
  );
}

function Forget({ machine, onClose }: { machine: Machine; onClose: () => void }) {
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: () =>
      stepped(() => answer(api.DELETE('/api/v1/sharing/machines/{id}', { params: { path: { id: machine.machine } } }))),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['sharing'] });
      toast(`What ${nameOf(machine)} sent is deleted`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Delete what “${nameOf(machine)}” sent?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" disabled={forget.isPending} onClick={() => forget.mutate()}>
            Delete {count(machine.days, 'day')}
          </Button>
        </>
      }
    >
      {forget.error && <Refused error={forget.error} />}
      <p className="soft">
        They go from here, from your profile and from the leaderboards at once. The machine’s own logs stay as they are;
        it sends nothing until you run <code>token-tracker submit</code> there again.
      </p>
    </Dialog>
  );
}

function Days({ machines }: { machines: Machine[] }) {
  const [machine, setMachine] = useState('');
  const query = useInfiniteQuery(sentDaysQuery(machine === '' ? undefined : machine));
  const days = query.data?.pages.flatMap((page) => page.days);
  const options = [['', 'All machines'] as const, ...machines.map((one) => [one.machine, nameOf(one)] as const)];
  return (
    <Panel
      title="Days"
      flush
      beside={
        machines.length > 1 && (
          <span className="push">
            <Choice hiddenLabel label="Machine" value={machine} options={options} onChange={setMachine} />
          </span>
        )
      }
    >
      {days === undefined && (query.error ? <Failed error={query.error} retry={query.refetch} /> : <Bones rows={6} />)}
      {days && <DayTable days={days} />}
      {query.hasNextPage && (
        <div className="card-pad">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier days
          </Button>
        </div>
      )}
    </Panel>
  );
}

const DayTable = ({ days }: { days: Schemas['SentDay'][] }) => (
  <div className="scroll">
    <table className="folds">
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col" className="n">
            Cost
          </th>
          {['Messages', 'Input', 'Output', 'Cache read', 'Cache write'].map((title) => (
            <th key={title} scope="col" className="n">
              {title}
            </th>
          ))}
          <th scope="col">Models</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.day}>
            <td>
              <span className="name">{calendarDay(day.day)}</span>
            </td>
            <td className="n">
              {day.costNanoUsd ? <Charge nano={day.costNanoUsd} /> : <Unknown why="None of it has a known price." />}
              {day.costNanoUsd !== null && day.unpricedMessages > 0 && (
                <span className="muted" title={`${count(day.unpricedMessages, 'message')} without a known price`}>
                  *
                </span>
              )}
            </td>
            <td className="n soft folded">{groups(day.messages)}</td>
            {[day.inputTokens, day.outputTokens, day.cacheReadTokens, day.cacheWriteTokens].map((tokens, column) => (
              <td key={column} className="n soft folded">
                <Tokens count={tokens} />
              </td>
            ))}
            <td className="wide-name soft folded">
              <span className="cut" style={{ display: 'block' }} title={day.models.join(', ')}>
                {day.models.join(', ')}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
