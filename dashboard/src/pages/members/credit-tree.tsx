import { ChevronDown, ChevronRight, Ellipsis, Folder, KeyRound, UsersRound, Vault } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Team } from '../../api/people.ts';
import { count } from '../../format/number.ts';
import { moneyLeft } from '../../format/money.ts';
import { initials } from '../../shell/initials.ts';
import { Left } from '../../ui/amount.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Measure, type Holding } from '../../ui/measure.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { Panel } from '../../ui/panel.tsx';
import { KeyMenu, type KeyAct } from '../keys/acts.tsx';
import { ruleOf } from '../keys/allowance.tsx';
import { nameOf, standingOf } from '../keys/standing.ts';
import type { About } from './acts.tsx';
import { MemberMenu } from './member-menu.tsx';
import type { TeamAct } from './team-acts.tsx';
import type { GroupNode, PersonNode, Tree } from './tree.ts';

interface Acts {
  onMember: (about: About) => void;
  onTeam: (act: TeamAct) => void;
  onKey: (act: KeyAct) => void;
}

/** From the whole gateway down to each key. Rows open and close; all figures are credit that was moved. */
export function CreditTree({ tree, ...acts }: { tree: Tree } & Acts) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const flip = (set: ReadonlySet<string>, id: string) => {
    const next = new Set(set);
    if (!next.delete(id)) next.add(id);
    return next;
  };
  return (
    <Panel flush label="Credit, from the whole gateway down to each key">
      <div className="scroll">
        <table className="folds tree">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Left, held, spent</th>
              <th scope="col" className="n">
                Left
              </th>
              <th scope="col" className="n">
                Given
              </th>
              <th scope="col">Rule</th>
              <th scope="col">
                <span className="only-read">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <Line level={0} icon={<Vault aria-hidden="true" />} name="This gateway" holding={tree.holding} strong />
            {tree.groups.map((group) => (
              <Group
                key={group.team?.id ?? 'none'}
                of={group}
                isOpen={!closed.has(group.team?.id ?? 'none')}
                flip={() => setClosed((now) => flip(now, group.team?.id ?? 'none'))}
                opened={open}
                open={(id) => setOpen((now) => flip(now, id))}
                {...acts}
              />
            ))}
            {tree.loose.length > 0 && (
              <>
                <Line
                  level={1}
                  icon={<KeyRound aria-hidden="true" />}
                  name="Keys that are nobody’s"
                  about={count(tree.loose.length, 'key')}
                  holding={tree.looseHolding}
                  isOpen={open.has('loose')}
                  flip={() => setOpen((now) => flip(now, 'loose'))}
                  strong
                />
                {open.has('loose') &&
                  tree.loose.map((key) => <KeyLine key={key.id} of={key} level={2} act={acts.onKey} />)}
              </>
            )}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

interface GroupProps extends Acts {
  of: GroupNode;
  isOpen: boolean;
  flip: () => void;
  opened: ReadonlySet<string>;
  open: (id: string) => void;
}

function Group({ of: { team, people, holding }, isOpen, flip, opened, open, ...acts }: GroupProps) {
  return (
    <>
      <Line
        level={1}
        icon={team ? <UsersRound aria-hidden="true" /> : <Folder aria-hidden="true" />}
        name={team?.name ?? 'In no team'}
        about={count(people.length, 'person', 'people')}
        holding={holding}
        rule={team?.allowance ? ruleOf(team.allowance) : undefined}
        isOpen={isOpen}
        flip={flip}
        actions={team && <TeamMenu of={team} people={people.length} act={acts.onTeam} />}
        strong
      />
      {isOpen && team && BigInt(team.pool.grantedNanoUsd) > 0n && (
        <Line
          level={2}
          icon={<Vault aria-hidden="true" />}
          name="Pool"
          about="to be given to its people"
          holding={team.pool}
        />
      )}
      {isOpen &&
        people.map((person) => (
          <Person
            key={person.member.id}
            of={person}
            isOpen={opened.has(person.member.id)}
            flip={() => open(person.member.id)}
            {...acts}
          />
        ))}
    </>
  );
}

interface PersonProps extends Acts {
  of: PersonNode;
  isOpen: boolean;
  flip: () => void;
}

function Person({ of: { member, keys, holding }, isOpen, flip, onMember, onKey }: PersonProps) {
  return (
    <>
      <Line
        level={2}
        icon={
          <span className="avatar" aria-hidden="true">
            {initials(member.name)}
          </span>
        }
        name={member.name}
        about={member.disabledAt ? 'disabled' : undefined}
        holding={keys.length > 0 ? holding : undefined}
        rule={ruleOfPerson(member, keys)}
        isOpen={isOpen}
        flip={keys.length > 0 ? flip : undefined}
        actions={<MemberMenu of={member} act={onMember} />}
      />
      {isOpen && keys.map((key) => <KeyLine key={key.id} of={key} level={3} act={onKey} />)}
    </>
  );
}

function ruleOfPerson({ limits }: PersonNode['member'], keys: PersonNode['keys']): string | undefined {
  const rules = keys.flatMap((key) => (key.allowance ? [ruleOf(key.allowance)] : []));
  const caps = [
    limits?.spendPerDayNanoUsd ? `at most ${moneyLeft(limits.spendPerDayNanoUsd)} a day` : '',
    limits?.spendPerMonthNanoUsd ? `at most ${moneyLeft(limits.spendPerMonthNanoUsd)} a month` : '',
  ].filter(Boolean);
  const all = [...rules, ...caps].join(', ');
  return all === '' ? undefined : all;
}

const KeyLine = ({ of: key, level, act }: { of: KeyAct['key']; level: number; act: (act: KeyAct) => void }) => (
  <Line
    level={level}
    icon={<KeyRound aria-hidden="true" />}
    name={nameOf(key)}
    about={standingOf(key).words.toLowerCase()}
    holding={key}
    rule={key.allowance ? ruleOf(key.allowance) : undefined}
    actions={<KeyMenu of={key} act={act} />}
  />
);

interface LineProps {
  level: number;
  icon: ReactNode;
  name: string;
  about?: string | undefined;
  holding: Holding | undefined;
  rule?: string | undefined;
  isOpen?: boolean;
  flip?: (() => void) | undefined;
  actions?: ReactNode;
  strong?: boolean;
}

function Line({ level, icon, name, about, holding, rule, isOpen, flip, actions, strong }: LineProps) {
  const Fold = isOpen ? ChevronDown : ChevronRight;
  return (
    <tr>
      <td className="wide-name" data-level={level}>
        <span className="thing">
          {flip ? (
            <button
              type="button"
              className="fold"
              aria-expanded={isOpen}
              aria-label={`What is in ${name}`}
              onClick={flip}
            >
              <Fold aria-hidden="true" />
            </button>
          ) : (
            <span className="fold" />
          )}
          {icon}
          <span>
            <span className={strong ? 'strong cut' : 'name cut'} style={{ display: 'block' }} title={name}>
              {name}
            </span>
            {about !== undefined && <span className="under cut">{about}</span>}
          </span>
        </span>
      </td>
      <td className="folded tree-measure">
        {holding ? (
          <Measure of={holding} size={strong ? undefined : 'small'} />
        ) : (
          <span className="muted small">no key of their own</span>
        )}
      </td>
      <td className="n strong">{holding ? <Left nano={holding.availableNanoUsd} /> : '–'}</td>
      <td className="n muted folded">{holding ? <Left nano={holding.grantedNanoUsd} /> : ''}</td>
      <td className="soft folded">{rule ?? <span className="muted">–</span>}</td>
      <td className="act">{actions}</td>
    </tr>
  );
}

function TeamMenu({ of: team, people, act }: { of: Team; people: number; act: (act: TeamAct) => void }) {
  const item = (what: TeamAct['what'], text: string, disabled = false) => (
    <MenuItem tone={what === 'remove' ? 'bad' : undefined} disabled={disabled} onSelect={() => act({ what, team })}>
      {text}
    </MenuItem>
  );
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${team.name}`} size="small">
          <Ellipsis aria-hidden="true" />
        </IconButton>
      }
    >
      {item('divide', 'Allocate to its people…', people === 0)}
      {item('fill', 'Give its pool credit…')}
      {item('drain', 'Take credit out of its pool…')}
      {item('allowance', 'Allowance of its pool…')}
      <MenuLine />
      {item('people', 'Choose its people…')}
      {item('rename', 'Rename…')}
      <MenuLine />
      {item('remove', 'Remove…')}
    </Menu>
  );
}
