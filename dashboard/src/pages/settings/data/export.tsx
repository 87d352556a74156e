import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { download, type ExportFormat } from '../../../api/files.ts';
import { useSession } from '../../../api/session.ts';
import { bytes } from '../../../format/number.ts';
import { stepped } from '../../../shell/step-up.tsx';
import { Button } from '../../../ui/button.tsx';
import { Choice, Segments } from '../../../ui/field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { Refused } from '../../sign-in/sign-in.tsx';

const TABLES = [
  ['everything', 'Everything'],
  ['usage', 'Usage'],
  ['pastUsage', 'Usage of before, by day'],
  ['entries', 'Credit that moved'],
  ['keys', 'Token keys'],
  ['devices', 'Devices'],
  ['members', 'Members'],
  ['invitations', 'Invitations'],
  ['teams', 'Teams'],
  ['sessions', 'Sessions'],
  ['passkeys', 'Passkeys'],
  ['identities', 'Accounts elsewhere'],
  ['tokens', 'Access tokens'],
  ['allowances', 'Allowances'],
  ['reported', 'Usage that machines reported'],
  ['profiles', 'Profiles'],
  ['machines', 'Machines that share'],
  ['sentDays', 'Days that were shared'],
  ['bills', 'Bills of providers'],
  ['providers', 'Providers'],
  ['profiles', 'Public profiles'],
  ['machines', 'Machines that send days'],
  ['sentDays', 'Days that were sent'],
  ['audit', 'Audit log'],
] as const;

const FORMATS: readonly (readonly [ExportFormat, string])[] = [
  ['csv', 'CSV'],
  ['json', 'JSON'],
  ['ndjson', 'JSON lines'],
];

type Table = (typeof TABLES)[number][0];

/** One moment of everything for those who run the gateway; for others, what is kept of them. */
export function Export({ isAll }: { isAll: boolean }) {
  const { member } = useSession();
  const [table, setTable] = useState<Table>('everything');
  const [format, setFormat] = useState<ExportFormat>('csv');
  const path = isAll ? `/exports/${table}` : `/members/${member.id}/export`;
  const isArchive = format === 'csv' && (!isAll || table === 'everything');
  const read = useMutation({ mutationFn: () => stepped(() => download(path, format)) });
  return (
    <Panel span={6} title={isAll ? 'Export' : 'Export what is yours'}>
      <div className="stack wide">
        {read.error && <Refused error={read.error} />}
        <p className="soft">
          {isAll
            ? 'One moment of all that this gateway keeps, to the nano-dollar. No secret is in it, and never what was asked or answered.'
            : 'All that this gateway keeps of you: your keys, devices, sessions and every request, to the nano-dollar. Never what was asked or answered.'}
        </p>
        {isAll && <Choice label="What" value={table} options={TABLES} onChange={setTable} />}
        <div className="row">
          <Segments label="Format" value={format} options={FORMATS} onChange={setFormat} />
          <Button disabled={read.isPending} onClick={() => read.mutate()}>
            <Download aria-hidden="true" />
            {isArchive ? 'Save the archive' : 'Save the file'}
          </Button>
          <span className="muted small" role="status">
            {read.isPending ? 'Reading…' : read.data === undefined ? '' : `${bytes(read.data)} saved`}
          </span>
        </div>
      </div>
    </Panel>
  );
}
