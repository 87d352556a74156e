import { Bookmark } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast.tsx';
import { FILTERS, type UsageSearch } from './search.ts';
import type { Change } from './usage.tsx';
import { current, keep, keepable, onViews, withView, type View } from './views.ts';

/** Everything that a view can set, so that nothing of the one before it stays. */
const NOTHING: Record<keyof UsageSearch, undefined> = {
  ...(Object.fromEntries(FILTERS.map((filter) => [filter, undefined])) as Record<(typeof FILTERS)[number], undefined>),
  period: undefined,
  from: undefined,
  to: undefined,
  measure: undefined,
  stack: undefined,
  fold: undefined,
  request: undefined,
};

/** Period, filters and how they are drawn, under a name. */
export function Views({ search, change }: { search: UsageSearch; change: Change }) {
  const views = useSyncExternalStore(onViews, current);
  const [isSaving, setIsSaving] = useState(false);
  const same = (view: View) => JSON.stringify(sorted(view.search)) === JSON.stringify(sorted(keepable(search)));
  const shown = views.find(same);
  return (
    <>
      <Menu
        trigger={
          <button type="button" className="chip" aria-label="Saved views">
            <Bookmark aria-hidden="true" />
            {shown?.name ?? 'Saved'}
          </button>
        }
      >
        {views.length > 0 && <MenuLabel>In this browser</MenuLabel>}
        {views.map((view) => (
          <MenuItem key={view.name} onSelect={() => change({ ...NOTHING, ...view.search })}>
            {view.name}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuLine />}
        <MenuItem disabled={shown !== undefined} onSelect={() => setIsSaving(true)}>
          Save this view…
        </MenuItem>
        {shown && (
          <MenuItem
            tone="bad"
            onSelect={() => {
              keep(views.filter((view) => view !== shown));
              toast(`“${shown.name}” is not kept any more`);
            }}
          >
            Forget “{shown.name}”
          </MenuItem>
        )}
      </Menu>
      {isSaving && (
        <Save
          isTaken={(name) => views.some((view) => view.name === name)}
          onClose={() => setIsSaving(false)}
          save={(name) => keep(withView(views, { name, search: keepable(search) }))}
        />
      )}
    </>
  );
}

const sorted = (search: UsageSearch) => Object.entries(search).sort(([one], [other]) => (one < other ? -1 : 1));

interface SaveProps {
  isTaken: (name: string) => boolean;
  save: (name: string) => void;
  onClose: () => void;
}

function Save({ isTaken, save, onClose }: SaveProps) {
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  return (
    <Dialog
      title="Save this view"
      onClose={onClose}
      onSubmit={() => {
        if (name === '') return;
        save(name);
        toast(`“${name}” is kept in this browser`);
        onClose();
      }}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name === ''}>
            {isTaken(name) ? 'Put it in its place' : 'Save'}
          </Button>
        </>
      }
    >
      <p className="soft">Period, filters and how they are drawn. A period such as “30 days” moves along with today.</p>
      <Field
        label="Name"
        value={typed}
        maxLength={60}
        hint={isTaken(name) ? 'There is one of this name.' : undefined}
        onChange={(event) => setTyped(event.target.value)}
      />
    </Dialog>
  );
}
