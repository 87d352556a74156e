import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useId, useState } from 'react';
import { importUsage, type ImportReport } from '../../../api/files.ts';
import { moneyExact } from '../../../format/money.ts';
import { count } from '../../../format/number.ts';
import { calendarDay } from '../../../format/time.ts';
import { stepped } from '../../../shell/step-up.tsx';
import { Button } from '../../../ui/button.tsx';
import { Note } from '../../../ui/note.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { toast } from '../../../ui/toast.tsx';
import { Refused } from '../../sign-in/sign-in.tsx';
import './import.css';

/** Usage that was kept elsewhere: looked at first, then brought in. */
export function Import() {
  const client = useQueryClient();
  const id = useId();
  const [file, setFile] = useState<File>();
  const [round, setRound] = useState(0);
  const look = useMutation({ mutationFn: (chosen: File) => stepped(() => importUsage(chosen, true)) });
  const bring = useMutation({
    mutationFn: (chosen: File) => stepped(() => importUsage(chosen, false)),
    onSuccess: (report) => {
      toast(`${count(report.imported, 'row')} came in`);
      // The same file, mended, is a choice again.
      setRound((before) => before + 1);
      void client.invalidateQueries();
    },
  });
  const choose = (chosen: File | undefined) => {
    setFile(chosen);
    bring.reset();
    if (chosen) look.mutate(chosen);
    else look.reset();
  };
  const report = bring.data ?? look.data;
  return (
    <Panel span={6} title="Import usage">
      <div className="stack wide">
        {(look.error ?? bring.error) && <Refused error={look.error ?? bring.error} />}
        <p className="soft">
          A CSV file with the columns <code>at</code>, <code>model</code> and <code>costNanoUsd</code> or{' '}
          <code>costUsd</code>; an export of usage has them all. No row comes in twice, and no balance changes.
        </p>
        <div className="field">
          <label htmlFor={id}>CSV file</label>
          <input
            key={round}
            id={id}
            className="input"
            type="file"
            accept=".csv,text/csv"
            onClick={(event) => (event.currentTarget.value = '')}
            onChange={(event) => choose(event.target.files?.[0])}
          />
        </div>
        {look.isPending && (
          <p className="muted small" role="status">
            Looking at it…
          </p>
        )}
        {report && <Found report={report} />}
        {file && look.data && !bring.data && look.data.imported > 0 && (
          <div className="row">
            <Button look="primary" disabled={bring.isPending} onClick={() => bring.mutate(file)}>
              <FileUp aria-hidden="true" />
              {bring.isPending ? 'Bringing them in…' : `Bring ${count(look.data.imported, 'row')} in`}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

function Found({ report }: { report: ImportReport }) {
  const { imported, alreadyHere, tooOld, refused, preview } = report;
  return (
    <div className="stack" role="status">
      <Note tone={refused > 0 ? 'warn' : imported > 0 ? 'ok' : 'info'}>
        {imported > 0 ? (
          <>
            <b>{count(imported, 'row')}</b> {preview ? 'would come in' : 'came in'}, {moneyExact(report.costNanoUsd)} of
            usage{report.firstAt && report.lastAt ? `, ${span(report.firstAt, report.lastAt)}` : ''}.
          </>
        ) : (
          <>Nothing new {preview ? 'is in this file' : 'came in'}.</>
        )}
        {alreadyHere > 0 && (
          <>
            {' '}
            {count(alreadyHere, 'row')} {alreadyHere === 1 ? 'was' : 'were'} here before.
          </>
        )}
        {tooOld > 0 && (
          <>
            {' '}
            {count(tooOld, 'row')} {tooOld === 1 ? 'is' : 'are'} older than what is kept row by row, and{' '}
            {preview ? 'would' : 'did'} not come in.
          </>
        )}
        {refused > 0 && <> {count(refused, 'row')} cannot be read.</>}
        {report.ignoredColumns.length > 0 && <> Nobody reads {report.ignoredColumns.join(', ')}.</>}
      </Note>
      {report.faults.length > 0 && <Faults of={report} />}
    </div>
  );
}

function span(first: string, last: string): string {
  const [from, to] = [calendarDay(first.slice(0, 10)), calendarDay(last.slice(0, 10))];
  return from === to ? from : `${from} to ${to}`;
}

function Faults({ of: { faults, refused } }: { of: ImportReport }) {
  return (
    <div className="scroll">
      <table>
        <caption className="only-read">Rows that cannot be read</caption>
        <thead>
          <tr>
            <th scope="col" className="n">
              Line
            </th>
            <th scope="col">Column</th>
            <th scope="col">What is wrong</th>
          </tr>
        </thead>
        <tbody>
          {faults.map((fault) => (
            <tr key={fault.line}>
              <td className="n">{fault.line}</td>
              <td>{fault.column ?? ''}</td>
              <td className="soft">{fault.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {refused > faults.length && (
        <p className="muted small">and {count(refused - faults.length, 'more row', 'more rows')}</p>
      )}
    </div>
  );
}
