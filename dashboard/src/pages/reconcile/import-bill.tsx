import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { upstreamsQuery } from '../../api/queries.ts';
import { moneyExact } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { readBill, type Read } from './bills.ts';

const SHOWN = 6;

/** Lines of a bill that somebody downloaded, looked at before they are kept. */
export function ImportBill({ onClose }: { onClose: () => void }) {
  const { data: upstreams = [] } = useQuery(upstreamsQuery);
  const [read, setRead] = useState<Read>();
  const client = useQueryClient();
  const keep = useMutation({
    mutationFn: () =>
      stepped(() => answer(api.POST('/api/v1/reconciliation/lines', { body: { lines: read?.lines ?? [] } }))),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['reconciliation'] });
      toast(`${count(read?.lines.length ?? 0, 'line')} of a bill kept`);
      onClose();
    },
  });
  const lines = read?.lines ?? [];
  const take = async (file: File | undefined) => {
    if (file)
      setRead(
        readBill(
          await file.text(),
          upstreams.map((one) => one.name),
        ),
      );
  };
  return (
    <Dialog
      title="Import a bill"
      width="wide"
      onClose={onClose}
      onSubmit={() => lines.length > 0 && keep.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={lines.length === 0 || keep.isPending}>
            Keep {count(lines.length, 'line')}
          </Button>
        </>
      }
    >
      {keep.error && <Refused error={keep.error} />}
      <Field
        label="CSV file"
        type="file"
        accept=".csv,text/csv"
        hint="Its first line names the columns: day, upstream, model, cost_usd, and if there are requests, input_tokens, output_tokens."
        onChange={(event) => void take(event.target.files?.[0])}
      />
      {read && read.mistakes.length > 0 && (
        <Note tone="warn" role="alert">
          <b>{count(read.mistakes.length, 'line is', 'lines are')} left out.</b>
          {read.mistakes.slice(0, SHOWN).map(({ line, text }) => (
            <span key={line} style={{ display: 'block' }}>
              Line {line}: {text}
            </span>
          ))}
          {read.mistakes.length > SHOWN && <span>… and {count(read.mistakes.length - SHOWN, 'more', 'more')}.</span>}
        </Note>
      )}
      {lines.length > 0 && (
        <>
          <div className="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">Upstream</th>
                  <th scope="col">Model</th>
                  <th scope="col" className="n">
                    Billed
                  </th>
                </tr>
              </thead>
              <tbody>
                {lines.slice(0, SHOWN).map((line) => (
                  <tr key={`${line.day} ${line.upstream} ${line.model}`}>
                    <td className="num">{line.day}</td>
                    <td>{line.upstream}</td>
                    <td>{line.model}</td>
                    <td className="n">{line.costNanoUsd ? moneyExact(line.costNanoUsd) : '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="soft small">
            {lines.length > SHOWN && `The first ${SHOWN.toString()} of ${lines.length.toString()}. `}
            Each day of an upstream that is among them is replaced whole.
          </p>
        </>
      )}
    </Dialog>
  );
}
