import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Lock, Trophy } from 'lucide-react';
import { asRefusal, type Schemas } from '../../api/client.ts';
import { leaderboardQuery, type Order } from '../../api/sharing.ts';
import { count } from '../../format/number.ts';
import { Charge, Tokens, Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Segments } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Public } from './public.tsx';
import { ORDERS, PERIODS, type BoardSearch } from './search.ts';

type Row = Schemas['LeaderboardRow'];

export function Leaderboard() {
  const { span: period = 'month', order: by = 'tokens' } = useSearch({ from: '/leaderboard' });
  const navigate = useNavigate();
  const query = useQuery(leaderboardQuery(period, by));
  const isForMembers = query.error !== null && asRefusal(query.error).status === 404;
  const show = (search: BoardSearch) => void navigate({ to: '/leaderboard', search });
  return (
    <Public title="Leaderboard">
      <h1>Leaderboard</h1>
      <p className="soft">Members who want to be seen, by what their assistants used on their own machines.</p>
      <div className="row board-filters">
        <Segments
          label="Period"
          value={period}
          options={PERIODS}
          onChange={(next) => show({ span: next, order: by })}
        />
        <Segments label="Order" value={by} options={ORDERS} onChange={(next) => show({ span: period, order: next })} />
      </div>
      <Panel flush label="Places">
        {isForMembers ? (
          <ForMembers />
        ) : (
          <Of query={query}>{({ rows }) => (rows.length === 0 ? <Nobody /> : <Places rows={rows} by={by} />)}</Of>
        )}
      </Panel>
    </Public>
  );
}

const ForMembers = () => (
  <Blank
    icon={Lock}
    title="Members see this"
    actions={
      <Link to="/" className="button">
        Sign in
      </Link>
    }
  >
    Whoever runs this gateway shows profiles and the leaderboard to its members only.
  </Blank>
);

const Nobody = () => (
  <Blank icon={Trophy} title="Nobody is here yet">
    Who wants to be here sends their days with <code>token-tracker submit</code> and makes their profile public in the
    settings.
  </Blank>
);

const Cost = ({ row }: { row: Row }) =>
  row.costNanoUsd ? <Charge nano={row.costNanoUsd} /> : <Unknown why="The cost is not shown." />;

/** What they are ordered by comes first; on narrow screens it is the only figure. */
const Places = ({ rows, by }: { rows: Row[]; by: Order }) => (
  <div className="scroll">
    <table className="folds places">
      <thead>
        <tr>
          <th scope="col" className="n">
            Place
          </th>
          <th scope="col">Who</th>
          {[by, ...ORDERS.map(([key]) => key).filter((key) => key !== by)].map((key) => (
            <th key={key} scope="col" className="n" aria-sort={key === by ? 'descending' : undefined}>
              {ORDERS.find(([one]) => one === key)?.[1]}
            </th>
          ))}
          <th scope="col" className="n">
            Active
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.handle} data-place={row.place}>
            <td className="n place">{row.place}</td>
            <td className="wide-name">
              <Link to="/u/$handle" params={{ handle: row.handle }} className="plain-link name cut">
                {row.name}
              </Link>
              <span className="under cut">@{row.handle}</span>
            </td>
            <td className="n">
              <b className="strong">
                {by === 'streak' ? (
                  count(row.streakDays, 'day')
                ) : by === 'cost' ? (
                  <Cost row={row} />
                ) : (
                  <Tokens count={row.tokens} />
                )}
              </b>
            </td>
            {by !== 'tokens' && (
              <td className="n soft folded">
                <Tokens count={row.tokens} />
              </td>
            )}
            {by !== 'cost' && (
              <td className="n soft folded">
                <Cost row={row} />
              </td>
            )}
            {by !== 'streak' && <td className="n soft folded">{count(row.streakDays, 'day')}</td>}
            <td className="n soft folded">{count(row.activeDays, 'day')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
