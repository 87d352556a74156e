import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search, UserPlus, Users, UsersRound } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { invitationsQuery, membersQuery, teamsQuery } from '../../api/people-queries.ts';
import type { MemberSummary } from '../../api/people.ts';
import { keysQuery } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { Page } from '../../shell/page.tsx';
import { initials } from '../../shell/initials.ts';
import { Ago, Left, Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Measure, type Holding } from '../../ui/measure.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { KeyDialog, type KeyAct } from '../keys/acts.tsx';
import { MemberDialog, type About } from './acts.tsx';
import { CreditTree } from './credit-tree.tsx';
import { Invitations } from './invitations.tsx';
import { Invite } from './invite.tsx';
import { MemberMenu } from './member-menu.tsx';
import { NewTeam, TeamDialog, type TeamAct } from './team-acts.tsx';
import { together, treeOf } from './tree.ts';
import './members.css';

const VIEWS = [
  ['credit', 'Credit'],
  ['people', 'People'],
  ['invitations', 'Invitations'],
] as const;

export function Members() {
  const [view, setView] = useState<(typeof VIEWS)[number][0]>('credit');
  const { show } = useSearch({ from: '/inside/office/members' });
  const navigate = useNavigate();
  const members = useQuery(membersQuery);
  const invitations = useQuery(invitationsQuery);
  const [about, setAbout] = useState<About>();
  const [team, setTeam] = useState<TeamAct>();
  const [key, setKey] = useState<KeyAct>();
  const open = (what?: 'invite' | 'team') => void navigate({ to: '/members', search: what ? { show: what } : {} });
  const invite = () => open('invite');
  return (
    <Page title="Members">
      <div className="row between">
        <Segments label="View" value={view} options={VIEWS} onChange={setView} />
        <span className="row">
          <Button onClick={() => open('team')}>
            <UsersRound aria-hidden="true" />
            New team
          </Button>
          <Button look="primary" onClick={invite}>
            <UserPlus aria-hidden="true" />
            Invite
          </Button>
        </span>
      </div>
      {view === 'credit' && (
        <Of query={members} rows={6}>
          {(all) => <Credit members={all} onMember={setAbout} onTeam={setTeam} onKey={setKey} />}
        </Of>
      )}
      {view === 'people' && <Of query={members}>{(all) => <People members={all} act={setAbout} invite={invite} />}</Of>}
      {view === 'invitations' && (
        <Of query={invitations}>{(all) => <Invitations invitations={all} invite={invite} />}</Of>
      )}
      <p className="muted small">
        Every amount here is real credit in keys of this person, not a limit on paper: what one person holds, nobody
        else can spend.
      </p>
      {show === 'invite' && <Invite onClose={() => open()} />}
      {show === 'team' && <NewTeam onClose={() => open()} />}
      <MemberDialog about={about} onClose={() => setAbout(undefined)} />
      <TeamDialog act={team} onClose={() => setTeam(undefined)} />
      <KeyDialog act={key} onClose={() => setKey(undefined)} />
    </Page>
  );
}

/** What a member's open keys hold together. */
export function holdingOf(keys: readonly Schemas['KeySummary'][], member: string): Holding | undefined {
  const own = keys.filter((key) => 'memberId' in key && key.memberId === member && key.state !== 'revoked');
  return own.length === 0 ? undefined : together(own);
}

interface CreditProps {
  members: MemberSummary[];
  onMember: (about: About) => void;
  onTeam: (act: TeamAct) => void;
  onKey: (act: KeyAct) => void;
}

function Credit({ members, ...acts }: CreditProps) {
  const keys = useQuery(keysQuery);
  const teams = useQuery(teamsQuery);
  return (
    <Of query={keys} rows={6}>
      {(keys) => (
        <Of query={teams} rows={6}>
          {(teams) => <CreditTree tree={treeOf(members, teams, keys)} {...acts} />}
        </Of>
      )}
    </Of>
  );
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
        <MemberMenu of={member} act={act} />
      </td>
    </tr>
  );
}
