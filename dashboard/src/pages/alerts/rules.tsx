import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { alertRulesQuery, type AlertRule } from '../../api/alerts.ts';
import { request } from '../../api/people.ts';
import { Of } from '../../ui/blank.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Quiet, quietWords } from './quiet.tsx';
import { EditRule, type Edited } from './rule.tsx';
import { ABOUT, KINDS, lineOf } from './words.ts';

/** The gateway's rules at a glance. */
export function RulesInShort({ edit }: { edit: () => void }) {
  const query = useQuery(alertRulesQuery);
  return (
    <Panel
      title="Rules"
      beside={
        <span className="push">
          <Button look="quiet" size="small" onClick={edit} aria-label="Edit rules">
            Edit
          </Button>
        </span>
      }
    >
      <Of query={query} rows={6}>
        {({ rules, quietHours }) => (
          <dl className="facts rules-short">
            {rules
              .filter((rule) => rule.scope === 'gateway')
              .map((rule) => (
                <div key={rule.kind} data-off={!rule.enabled || undefined}>
                  <dt>{KINDS[rule.kind]}</dt>
                  <dd className="num">{lineOf(rule)}</dd>
                </div>
              ))}
            <div>
              <dt>Quiet hours</dt>
              <dd className="num">{quietWords(quietHours)}</dd>
            </div>
          </dl>
        )}
      </Of>
    </Panel>
  );
}

export function Rules() {
  const query = useQuery(alertRulesQuery);
  const [edited, setEdited] = useState<Edited>();
  return (
    <>
      <Of query={query} rows={8}>
        {({ rules, quietHours, timeZone }) => (
          <div className="columns">
            <Panel
              flush
              span={8}
              title="Rules"
              beside={
                <span className="push">
                  <Button onClick={() => setEdited({ isNew: true })}>
                    <Plus aria-hidden="true" />
                    Rule for a member or key
                  </Button>
                </span>
              }
            >
              <Table rules={rules} edit={(rule) => setEdited({ isNew: false, rule })} />
            </Panel>
            <Quiet hours={quietHours} zone={timeZone} />
          </div>
        )}
      </Of>
      {edited && <EditRule edited={edited} onClose={() => setEdited(undefined)} />}
    </>
  );
}

const Table = ({ rules, edit }: { rules: AlertRule[]; edit: (rule: AlertRule) => void }) => (
  <div className="scroll">
    <table className="folds">
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Of</th>
          <th scope="col">State</th>
          <th scope="col" className="n">
            Tells
          </th>
          <th scope="col">
            <span className="only-read">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <Row key={rule.id ?? rule.kind} rule={rule} edit={edit} />
        ))}
      </tbody>
    </table>
  </div>
);

const nameOf = (rule: AlertRule): string =>
  rule.scope === 'gateway' ? 'Everybody' : (rule.scopeName ?? 'Somebody who is gone');

function Row({ rule, edit }: { rule: AlertRule; edit: (rule: AlertRule) => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => request('DELETE', `/alerts/rules/${rule.id ?? ''}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['alerts', 'rules'] }),
  });
  const kind = KINDS[rule.kind];
  return (
    <tr>
      <td>
        <span className="name">{kind}</span>
        <span className="under folded">{ABOUT[rule.kind]}</span>
        <span className="under on-narrow">{nameOf(rule)}</span>
        {remove.error && <Refused error={remove.error} />}
      </td>
      <td className="folded wide-name">
        <span className="cut" style={{ display: 'block' }} title={nameOf(rule)}>
          {nameOf(rule)}
        </span>
      </td>
      <td className="folded">
        <State tone={rule.enabled ? 'ok' : 'off'}>{rule.enabled ? 'On' : 'Off'}</State>
      </td>
      <td className="n soft tells">{lineOf(rule)}</td>
      <td className="act">
        <Menu
          trigger={
            <IconButton label={`Actions for ${kind}, ${nameOf(rule)}`} size="small">
              <Ellipsis aria-hidden="true" />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => edit(rule)}>Edit…</MenuItem>
          {rule.id && (
            <MenuItem tone="bad" onSelect={() => remove.mutate()}>
              {rule.scope === 'gateway' ? 'Back to how it comes' : 'Remove'}
            </MenuItem>
          )}
        </Menu>
      </td>
    </tr>
  );
}
