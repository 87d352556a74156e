import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { moneyExact } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { csv } from '../../format/csv.ts';
import { save } from '../../ui/save.ts';
import { Refused } from '../sign-in/sign-in.tsx';

type Row = Schemas['UsageEntry'];

const PAGE = 1000;

const HEAD = [
  'at',
  'request_id',
  'kind',
  'model',
  'upstream',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost_usd',
  'estimated',
  'repository',
  'branch',
  'device_id',
  'key_id',
];

const cells = (row: Row): string[] => [
  row.at,
  row.requestId,
  row.kind,
  row.model,
  row.upstream,
  (row.usage.inputTokens ?? 0).toString(),
  (row.usage.outputTokens ?? 0).toString(),
  (row.usage.cacheReadTokens ?? 0).toString(),
  (row.usage.cacheWriteTokens ?? 0).toString(),
  (row.usage.reasoningTokens ?? 0).toString(),
  moneyExact(row.costNanoUsd).replace(/[^\d.]/g, ''),
  row.estimated ? 'yes' : 'no',
  row.repository ?? '',
  row.branch ?? '',
  row.deviceId,
  row.keyId,
];

async function allRows(): Promise<Row[]> {
  const rows: Row[] = [];
  let before: string | undefined;
  do {
    const query = { limit: PAGE, ...(before === undefined ? {} : { before }) };
    const page = await answer(api.GET('/api/v1/usage', { params: { query } }));
    rows.push(...page.rows);
    before = page.next ?? undefined;
  } while (before !== undefined);
  return rows;
}

/** Usage rows as a file, to the nano-dollar. */
export function Export({ isAll }: { isAll: boolean }) {
  const read = useMutation({
    mutationFn: async (form: 'csv' | 'json') => {
      const rows = await allRows();
      if (form === 'json') save('usage.json', JSON.stringify(rows, null, 2), 'application/json');
      else save('usage.csv', csv([HEAD, ...rows.map(cells)]), 'text/csv');
      return rows.length;
    },
  });
  return (
    <Panel span={6} title="Export">
      <div className="stack wide">
        {read.error && <Refused error={read.error} />}
        <p className="soft">
          {isAll ? 'The usage rows of everybody' : 'Your usage rows'}, with exact amounts. Never what was asked or
          answered: that is not kept.
        </p>
        <div className="row">
          <Button disabled={read.isPending} onClick={() => read.mutate('csv')}>
            <Download aria-hidden="true" />
            CSV
          </Button>
          <Button disabled={read.isPending} onClick={() => read.mutate('json')}>
            <Download aria-hidden="true" />
            JSON
          </Button>
          <span className="muted small" role="status">
            {read.isPending ? 'Reading…' : read.data === undefined ? '' : `${count(read.data, 'row')} saved`}
          </span>
        </div>
      </div>
    </Panel>
  );
}
