import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bell, Ellipsis, Mail, Plus, Send } from 'lucide-react';
import { useState } from 'react';
import { channelsQuery, type Channel } from '../../api/alerts.ts';
import type { Schemas } from '../../api/client.ts';
import { request } from '../../api/people.ts';
import { count } from '../../format/number.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { AddChannel } from './add-channel.tsx';
import { CHANNEL_ICONS, Sent } from './deliveries.tsx';

const toOf = ({ kind, to, url }: Channel): string =>
  kind === 'email' ? (to.length === 1 ? (to[0] ?? '') : count(to.length, 'person', 'people')) : (url ?? '');

/** Where alerts go, at a glance. */
export function ChannelsInShort({ edit }: { edit: () => void }) {
  const query = useQuery(channelsQuery);
  return (
    <Panel
      title="Channels"
      beside={
        <span className="push">
          <Button look="quiet" size="small" onClick={edit} aria-label="Edit channels">
            Edit
          </Button>
        </span>
      }
    >
      <Of query={query} rows={2}>
        {({ channels }) => (
          <ul className="deliveries">
            <li>
              <Bell aria-hidden="true" />
              <span className="cut">The bell</span>
              <State tone="ok">Always</State>
            </li>
            {channels.map((channel) => {
              const Icon = CHANNEL_ICONS[channel.kind];
              return (
                <li key={channel.id}>
                  <Icon aria-hidden="true" />
                  <span className="cut" title={toOf(channel)}>
                    {channel.name}
                  </span>
                  <Standing of={channel} />
                </li>
              );
            })}
          </ul>
        )}
      </Of>
    </Panel>
  );
}

function Standing({ of: { enabled, last } }: { of: Channel }) {
  if (!enabled) return <State tone="off">Off</State>;
  return last ? <Sent delivery={last} /> : <State tone="off">Nothing sent yet</State>;
}

export function Channels() {
  const query = useQuery(channelsQuery);
  const [isAdding, setAdding] = useState(false);
  const add = () => setAdding(true);
  return (
    <>
      <Panel
        flush
        title="Channels"
        beside={
          <span className="push">
            <Button look="primary" onClick={add}>
              <Plus aria-hidden="true" />
              Add a channel
            </Button>
          </span>
        }
      >
        <Of query={query} rows={4}>
          {({ channels, emailFrom }) => (
            <>
              {emailFrom == null && (
                <div className="card-pad">
                  <Note tone="info">
                    For e-mails name a mail server in the configuration: <code>[smtp]</code> with <code>host</code>,{' '}
                    <code>from</code> and where its password is.
                  </Note>
                </div>
              )}
              {channels.length === 0 ? (
                <Blank
                  icon={Mail}
                  title="Only the bell rings"
                  actions={<Button onClick={add}>Add the first channel</Button>}
                >
                  An e-mail, or a webhook for a chat or a pager, tells you of alerts when no page is open.
                </Blank>
              ) : (
                <Table channels={channels} />
              )}
            </>
          )}
        </Of>
      </Panel>
      {isAdding && <AddChannel canMail={query.data?.emailFrom != null} onClose={() => setAdding(false)} />}
    </>
  );
}

const Table = ({ channels }: { channels: Channel[] }) => (
  <div className="scroll">
    <table className="folds">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">To</th>
          <th scope="col">Last alert</th>
          <th scope="col">
            <span className="only-read">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {channels.map((channel) => (
          <Row key={channel.id} of={channel} />
        ))}
      </tbody>
    </table>
  </div>
);

function Row({ of: channel }: { of: Channel }) {
  const Icon = CHANNEL_ICONS[channel.kind];
  const client = useQueryClient();
  const path = `/alerts/channels/${channel.id}`;
  const done = { onSuccess: () => client.invalidateQueries({ queryKey: ['alerts', 'channels'] }) };
  const change = useMutation({
    mutationFn: () => stepped(() => request('PATCH', path, { enabled: !channel.enabled })),
    ...done,
  });
  const remove = useMutation({ mutationFn: () => stepped(() => request('DELETE', path)), ...done });
  const test = useMutation({ mutationFn: () => request<Schemas['ChannelTest']>('POST', `${path}/test`) });
  const error = change.error ?? remove.error ?? test.error;
  return (
    <tr className={channel.enabled ? undefined : 'closed'}>
      <td className="wide-name">
        <span className="thing">
          <Icon aria-hidden="true" />
          <span>
            <span className="name">{channel.name}</span>
            <span className="under on-narrow">{toOf(channel)}</span>
          </span>
        </span>
        <Tested found={test.data} isPending={test.isPending} />
        {error && <Refused error={error} />}
      </td>
      <td className="folded wide-name">
        <span className="cut" style={{ display: 'block' }} title={channel.to.join(', ') || (channel.url ?? '')}>
          {toOf(channel)}
        </span>
      </td>
      <td className="folded">
        <Standing of={channel} />
      </td>
      <td className="act">
        <span className="row tight whole">
          <Button
            size="small"
            disabled={test.isPending}
            aria-label={`Send a test to ${channel.name}`}
            onClick={() => test.mutate()}
          >
            <Send aria-hidden="true" />
            Test
          </Button>
          <Menu
            trigger={
              <IconButton label={`Actions for ${channel.name}`} size="small">
                <Ellipsis aria-hidden="true" />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => change.mutate()}>{channel.enabled ? 'Switch off' : 'Switch on'}</MenuItem>
            <MenuLine />
            <MenuItem tone="bad" onSelect={() => remove.mutate()}>
              Remove
            </MenuItem>
          </Menu>
        </span>
      </td>
    </tr>
  );
}

function Tested({ found, isPending }: { found: Schemas['ChannelTest'] | undefined; isPending: boolean }) {
  return (
    <span role="status" className="under">
      {isPending && 'The test is on its way…'}
      {!isPending && found?.delivered && <State tone="ok">The test has arrived.</State>}
      {!isPending && found && !found.delivered && <State tone="bad">{found.problem ?? 'It did not arrive.'}</State>}
    </span>
  );
}
