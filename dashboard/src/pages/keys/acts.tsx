/** What can be done with a key: one menu and one set of dialogs, wherever a key is shown. */
import { Ellipsis } from 'lucide-react';
import type { Schemas } from '../../api/client.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { SetAllowance } from './allowance.tsx';
import { Assign } from './assign.tsx';
import { GiveCredit, TakeBack } from './credit.tsx';
import { MoveCredit } from './move.tsx';
import { Revoke } from './revoke.tsx';
import { isClosed, nameOf } from './standing.ts';

type Key = Schemas['KeySummary'];

export interface KeyAct {
  what: 'revoke' | 'give' | 'take' | 'move' | 'allowance' | 'assign';
  key: Key;
}

export function KeyMenu({ of: key, act }: { of: Key; act: (act: KeyAct) => void }) {
  const item = (what: KeyAct['what'], text: string) => (
    <MenuItem tone={what === 'revoke' ? 'bad' : undefined} onSelect={() => act({ what, key })}>
      {text}
    </MenuItem>
  );
  if (isClosed(key) && BigInt(key.availableNanoUsd) <= 0n) return null;
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${nameOf(key)}`} size="small">
          <Ellipsis aria-hidden="true" />
        </IconButton>
      }
    >
      {isClosed(key) ? (
        item('take', 'Take the rest back…')
      ) : (
        <>
          {item('give', 'Give more credit…')}
          {item('move', 'Move credit to another key…')}
          {item('take', 'Take credit back…')}
          {item('allowance', 'Allowance…')}
          <MenuLine />
          {item('assign', 'Say whose it is…')}
          <MenuLine />
          {item('revoke', 'Revoke…')}
        </>
      )}
    </Menu>
  );
}

export function KeyDialog({ act, onClose }: { act: KeyAct | undefined; onClose: () => void }) {
  if (!act) return null;
  const { key } = act;
  switch (act.what) {
    case 'revoke':
      return <Revoke keyToStop={key} onClose={onClose} />;
    case 'give':
      return <GiveCredit to={{ ...key, name: nameOf(key) }} onClose={onClose} />;
    case 'take':
      return <TakeBack from={{ ...key, name: nameOf(key) }} onClose={onClose} />;
    case 'move':
      return <MoveCredit from={key} onClose={onClose} />;
    case 'allowance':
      return <SetAllowance of={{ id: key.id, name: nameOf(key), allowance: key.allowance }} onClose={onClose} />;
    case 'assign':
      return <Assign keyToGive={key} onClose={onClose} />;
  }
}
