import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Ellipsis, Search, UserPlus, Users } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { invitationsQuery, membersQuery } from '../../api/people-queries.ts';
import type { MemberSummary } from '../../api/people.ts';
import { keysQuery } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { Page } from '../../shell/page.tsx';
import { initials } from '../../shell/initials.ts';
import { Ago, Left, Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Measure, type Holding } from '../../ui/measure.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { ChangeRole, Disable, MakeLink, Remove, type About } from './acts.tsx';
import { Invitations } from './invitations.tsx';
import { Invite } from './invite.tsx';
import './members.css';

const VIEWS = [
  ['people', 'People'],
  ['invitations', 'Invitations'],
] as const;

export function Members() {
  const [view, setView] = useState<(typeof VIEWS)[number][0]>('people');
  const { show } = useSearch({ from: '/inside/office/members' });
  const navigate = useNavigate();
  const members = useQuery(membersQuery);
  const invitations = useQuery(invitationsQuery);
  const [about, setAbout] = useState<About>();
  const invite = (isOpen: boolean) => void navigate({ to: '/members', search: isOpen ? { show: 'invite' } : {} });
  const close = () => setAbout(undefined);
  return (
    <Page title="Members">
      <div className="row between">
        <Segments label="View" value={view} options={VIEWS} onChange={setView} />
        <Button look="primary" onClick={() => invite(true)}>
          <UserPlus aria-hidden="true" />
          Invite
        </Button>
      </div>
      {view === 'people' ? (
        <Of query={members}>{(all) => <People members={all} act={setAbout} invite={() => invite(true)} />}</Of>
      ) : (
        <Of query={invitations}>{(all) => <Invitations invitations={all} invite={() => invite(true)} />}</Of>
      )}
      <p className="muted small">
        Every amount here is real credit in keys of this person, not a limit on paper: what one person holds, nobody
        else can spend.
      </p>
      {show === 'invite' && <Invite onClose={() => invite(false)} />}
      {about?.what === 'role' && <ChangeRole of={about.member} onClose={close} />}
      {about?.what === 'link' && <MakeLink of={about.member} onClose={close} />}
      {about?.what === 'disable' && <Disable of={about.member} onClose={close} />}
      {about?.what === 'remove' && <Remove of={about.member} onClose={close} />}
    </Page>
  );
}

/** What a member's open keys hold together. */
export function holdingOf(keys: readonly Schemas['KeySummary'][], member: string): Holding | undefined {
  const own = keys.filter((key) => 'memberId' in key && key.memberId === member && key.state !== 'revoked');
  if (own.length === 0) return undefined;
  const sum = (of: (key: Schemas['KeySummary']) => string) =>
    own.reduce((total, key) => total + BigInt(of(key)), 0n).toString();
  return {
    availableNanoUsd: sum((key) => key.availableNanoUsd),
    heldNanoUsd: sum((key) => key.heldNanoUsd),
    spentNanoUsd: sum((key) => key.spentNanoUsd),
    grantedNanoUsd: sum((key) => key.grantedNanoUsd),
  };
}

interface PeopleProps {
  members: MemberSummary[];
  act: (about: About) => void;
  invite: () => void;
}

function People({ members, act, invite }: PeopleProps) {
  const { data: keys = [] } = useQuery(keysQuery);
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const found = members.filter(({ name, email, role }) =>
    `${name} ${email ?? ''} ${role}`.toLowerCase().includes(wanted),
  );
  return (
    <Panel
      flush
      label="People"
      beside={
        members.length > 5 && (
          <>
            <label className="only-read" htmlFor="find-member">
              Find a member
            </label>
            <input
              id="find-member"
              type="search"
              className="input find-member"
              placeholder="Name, e-mail, role"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </>
        )
      }
    >
      {found.length === 0 ? (
        <Blank icon={Search} title="Nobody is called like this" />
      ) : (
        <div className="scroll">
          <table className="folds">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col">Left, held, spent</th>
                <th scope="col" className="n">
                  Left
                </th>
                <th scope="col" className="n">
                  Given
                </th>
                <th scope="col">Last seen</th>
                <th scope="col">
                  <span className="only-read">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.map((member) => (
                <Row key={member.id} member={member} holding={holdingOf(keys, member.id)} act={act} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {members.length === 1 && (
        <Blank icon={Users} title="Just you so far" actions={<Button onClick={invite}>Invite</Button>}>
          Send somebody an invitation, or mint keys and hand them out.
        </Blank>
      )}
    </Panel>
  );
}

function Row({
  member,
  holding,
  act,
}: {
  member: MemberSummary;
  holding: Holding | undefined;
  act: PeopleProps['act'];
}) {
  const { member: self } = useSession();
  const isSelf = self.id === member.id;
  const mayTouch = !isSelf && (member.role !== 'owner' || self.role === 'owner');
  return (
    <tr className={member.disabledAt ? 'closed' : undefined}>
      <td className="wide-name">
        <span className="thing">
          <span className="avatar" aria-hidden="true">
            {initials(member.name)}
          </span>
          <span>
            <span className="name cut" style={{ display: 'block' }} title={member.name}>
              {member.name}
              {isSelf && <span className="muted"> · you</span>}
            </span>
            <span className="under cut">{member.email ?? 'no e-mail'}</span>
          </span>
        </span>
      </td>
      <td className="soft folded">
        {member.disabledAt ? (
          <State tone="off" ended>
            {`${member.role}, disabled`}
          </State>
        ) : (
          member.role
        )}
      </td>
      <td className="folded" style={{ width: '26%' }}>
        {holding ? <Measure of={holding} size="small" /> : <span className="muted small">no key of their own</span>}
      </td>
      <td className="n strong">{holding ? <Left nano={holding.availableNanoUsd} /> : '–'}</td>
      <td className="n muted folded">{holding ? <Left nano={holding.grantedNanoUsd} /> : ''}</td>
      <td className="soft folded">
        {member.lastSeenAt ? <Ago at={member.lastSeenAt} /> : <Unknown why="They have not signed in yet." />}
      </td>
      <td className="act">
        {mayTouch && (
          <Menu
            trigger={
              <IconButton label={`Actions for ${member.name}`} size="small">
                <Ellipsis aria-hidden="true" />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => act({ what: 'role', member })}>Change the role…</MenuItem>
            <MenuItem onSelect={() => act({ what: 'link', member })}>Make a sign-in link…</MenuItem>
            <MenuLine />
            <MenuItem onSelect={() => act({ what: 'disable', member })}>
              {member.disabledAt ? 'Enable again…' : 'Disable…'}
            </MenuItem>
            <MenuItem tone="bad" onSelect={() => act({ what: 'remove', member })}>
              Remove…
            </MenuItem>
          </Menu>
        )}
      </td>
    </tr>
  );
}
