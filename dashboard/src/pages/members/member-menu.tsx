import { Ellipsis } from 'lucide-react';
import type { MemberSummary } from '../../api/people.ts';
import { useSession } from '../../api/session.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { saveTheirs, type About } from './acts.tsx';

/** What can be done with a member. Nobody changes their own role here, and only owners touch owners. */
export function MemberMenu({ of: member, act }: { of: MemberSummary; act: (about: About) => void }) {
  const { member: self } = useSession();
  const mayTouch = self.id !== member.id && (member.role !== 'owner' || self.role === 'owner');
  const item = (what: About['what'], text: string) => (
    <MenuItem tone={what === 'remove' || what === 'erase' ? 'bad' : undefined} onSelect={() => act({ what, member })}>
      {text}
    </MenuItem>
  );
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${member.name}`} size="small">
          <Ellipsis aria-hidden="true" />
        </IconButton>
      }
    >
      {!member.disabledAt && item('allocate', 'Allocate credit…')}
      {item('takeBack', 'Take credit back…')}
      {item('caps', 'Limits…')}
      {item('team', 'Put in a team…')}
      <MenuItem onSelect={() => void saveTheirs(member)}>Export their data</MenuItem>
      {mayTouch && (
        <>
          <MenuLine />
          {item('role', 'Change the role…')}
          {item('link', 'Make a sign-in link…')}
          <MenuLine />
          {item('disable', member.disabledAt ? 'Enable again…' : 'Disable…')}
          {item('remove', 'Remove…')}
          {item('erase', 'Erase…')}
        </>
      )}
    </Menu>
  );
}
