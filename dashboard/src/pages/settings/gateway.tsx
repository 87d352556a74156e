import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/queries.ts';
import { Unknown } from '../../ui/amount.tsx';
import { Code } from '../../ui/copy.tsx';
import { Panel } from '../../ui/panel.tsx';

/** What holds for everybody here: where days begin, what is kept and for how long, how it is backed up. */
export function ThisGateway() {
  const { data } = useQuery(overviewQuery);
  return (
    <Panel span={12} title="This gateway">
      <div className="columns">
        <div className="of-6 stack wide">
          <dl className="facts">
            <dt>Today is</dt>
            <dd className="num">{data?.today ?? <Unknown why="It is being looked up." />}</dd>
          </dl>
          <h3 className="label">What is kept, and for how long</h3>
          <dl className="facts">
            <dt>Questions, answers</dt>
            <dd>never</dd>
            <dt>Ledger, audit</dt>
            <dd>for good: rows are only ever added, so that every total can be recounted</dd>
            <dt>Sums of usage</dt>
            <dd>for good, by day and by all that reports tell apart; single requests as set above</dd>
            <dt>Devices’ networks</dt>
            <dd>90 days, as networks and not as addresses</dd>
            <dt>Sessions</dt>
            <dd>until an hour without use, at most 7 days, 12 hours for owners and admins</dd>
            <dt>Repeated requests</dt>
            <dd>recognised for a day, by their Idempotency-Key</dd>
          </dl>
        </div>
        <div className="of-6 stack wide">
          <h3 className="label">Backup</h3>
          <p className="soft small">
            All rows in one encrypted file, taken beside the running gateway. The folder secrets/ of the data directory
            is not in it: copy it once, and keep it apart. A gateway on PostgreSQL is backed up there.
          </p>
          <Code title="Take a backup">token-tracker backup token-tracker.age --passphrase-file passphrase</Code>
          <Code title="Put it back, into an empty data directory">
            token-tracker restore token-tracker.age --passphrase-file passphrase
          </Code>
          <Code title="Recount the ledger">token-tracker ledger verify</Code>
        </div>
      </div>
    </Panel>
  );
}
