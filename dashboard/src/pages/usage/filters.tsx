import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { membersQuery } from '../../api/people-queries.ts';
import { devicesQuery, keysQuery, summaryQuery } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import type { Span } from '../../format/days.ts';
import { calendarDay } from '../../format/time.ts';
import { runsOffice } from '../../shell/places.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Segments } from '../../ui/field.tsx';
import { nameOf } from '../keys/standing.ts';
import { summaryAsked } from './asked.ts';
import { moved } from './period.ts';
import { FILTERS, KINDS, PERIODS, within, type Filter, type Period, type UsageSearch } from './search.ts';
import type { Change } from './usage.tsx';
import { Views } from './views.tsx';
import { kindOf } from './words.ts';

const NAMES: Record<Filter, string> = {
  model: 'Model',
  kind: 'Kind',
  repository: 'Repository',
  branch: 'Branch',
  device: 'Device',
  member: 'Member',
  key: 'Token key',
};

interface FiltersProps {
  search: UsageSearch;
  span: Span;
  change: Change;
}

export function Filters({ search, span, change }: FiltersProps) {
  const [adding, setAdding] = useState(false);
  const show = useNames();
  useShortcuts({ f: () => setAdding(true) });
  const chosen = search.from === undefined ? (search.period ?? '30d') : undefined;
  return (
    <div className="usage-filters" role="group" aria-label="Filters">
      <Segments
        label="Period"
        value={(chosen ?? '') as Period}
        options={PERIODS}
        onChange={(period) => change({ period, from: undefined, to: undefined })}
      />
      <span className="row tight whole">
        <IconButton
          label="Earlier period"
          size="small"
          onClick={() => change({ ...moved(span, -1), period: undefined })}
        >
          <ChevronLeft aria-hidden="true" />
        </IconButton>
        <span className="soft num nowrap">{spanText(span)}</span>
        <IconButton label="Later period" size="small" onClick={() => change({ ...moved(span, 1), period: undefined })}>
          <ChevronRight aria-hidden="true" />
        </IconButton>
      </span>
      {FILTERS.filter((filter) => search[filter] !== undefined).map((filter) => (
        <span key={filter} className="chip">
          {NAMES[filter]} <b className="cut">{show(filter, search[filter] ?? '')}</b>
          <button
            type="button"
            aria-label={`Remove filter ${NAMES[filter]}`}
            onClick={() => change({ [filter]: undefined })}
          >
            <X aria-hidden="true" />
          </button>
        </span>
      ))}
      <button type="button" className="chip" onClick={() => setAdding(true)}>
        <Plus aria-hidden="true" />
        Filter
        <kbd className="on-wide" aria-hidden="true">
          F
        </kbd>
      </button>
      <Views search={search} change={change} />
      <span className="push on-wide">
        <CopyButton text={location.href} label="Copy link" />
      </span>
      {adding && <AddFilter search={search} span={span} change={change} onClose={() => setAdding(false)} />}
    </div>
  );
}

export const spanText = ({ from, to }: Span): string =>
  from === to ? calendarDay(from) : `${calendarDay(from)} – ${calendarDay(to)}`;

/** How a filter's value is shown: ids by their names, nothing as a word. */
export function useNames() {
  const { member } = useSession();
  const devices = useQuery(devicesQuery);
  const keys = useQuery({ ...keysQuery, enabled: runsOffice(member.role) });
  const members = useQuery({ ...membersQuery, enabled: runsOffice(member.role) });
  return (filter: Filter, value: string): string => {
    if (filter === 'device') return devices.data?.find((device) => device.id === value)?.name ?? value.slice(0, 8);
    if (filter === 'key') {
      const key = keys.data?.find((one) => one.id === value);
      return key ? nameOf(key) : value.slice(0, 8);
    }
    if (filter === 'member') {
      if (value === '') return 'Nobody’s keys';
      return members.data?.find((one) => one.id === value)?.name ?? value.slice(0, 8);
    }
    if (filter === 'kind')
      return KINDS.some((kind) => kind === value) ? kindOf(value as (typeof KINDS)[number]) : value;
    return value === '' ? 'none named' : value;
  };
}

function AddFilter({ search, span, change, onClose }: FiltersProps & { onClose: () => void }) {
  const [filter, setFilter] = useState<Filter>('model');
  const [value, setValue] = useState('');
  const show = useNames();
  const asked = { ...search, [filter]: undefined };
  const found = useQuery(summaryQuery(summaryAsked(asked, span, filter)));
  const { role } = useSession().member;
  // Keys of nobody cannot be asked for alone.
  const groups = (found.data?.rows ?? []).map((row) => row.group);
  const values = filter === 'member' ? groups.filter((group) => group !== '') : groups;
  const chosen = values.includes(value) ? value : values[0];
  return (
    <Dialog
      title="Add a filter"
      onClose={onClose}
      onSubmit={() => {
        if (chosen !== undefined) change({ [filter]: chosen });
        onClose();
      }}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={chosen === undefined}>
            Show only these
          </Button>
        </>
      }
    >
      <Choice
        label="What"
        value={filter}
        options={within(
          FILTERS.map((one) => [one, NAMES[one]] as const),
          runsOffice(role),
        )}
        onChange={setFilter}
      />
      {values.length === 0 ? (
        <p className="soft">{found.isPending ? 'Looking…' : 'Nothing was used in this period.'}</p>
      ) : (
        <Choice
          label={NAMES[filter]}
          value={chosen ?? ''}
          options={values.map((one) => [one, show(filter, one)] as const)}
          hint="What was used in this period, the dearest first."
          onChange={setValue}
        />
      )}
    </Dialog>
  );
}
