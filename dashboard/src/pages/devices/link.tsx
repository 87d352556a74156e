/** A command line or an editor asks to be linked: compare the code, then approve. Nothing is preselected. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { request, type DeviceLink } from '../../api/people.ts';
import { keysQuery } from '../../api/queries.ts';
import { moneyLeft } from '../../format/money.ts';
import { ago, until } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { stepped } from '../../shell/step-up.tsx';
import { Blank } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { isClosed, nameOf } from '../keys/standing.ts';
import { Refused } from '../sign-in/sign-in.tsx';
import './link.css';

export function LinkDevice() {
  const { code = '' } = useSearch({ from: '/inside/device' });
  const [typed, setTyped] = useState(code);
  const look = useMutation({ mutationFn: () => request<DeviceLink>('POST', '/device/look', { userCode: typed }) });
  return (
    <Page
      title="Link a device"
      lead="A command line or an editor shows a code. Type it here to let it use your account."
    >
      <div className="columns">
        <Panel span={6} label="Link a device">
          {look.data ? (
            <Decide link={look.data} />
          ) : (
            <form
              className="stack wide"
              onSubmit={(event) => {
                event.preventDefault();
                look.mutate();
              }}
            >
              {look.error && <Refused error={look.error} />}
              <Field
                label="Code on the device"
                className="mono"
                autoFocus
                autoComplete="off"
                spellCheck={false}
                placeholder="BCDF-GHJK"
                value={typed}
                hint="Only if you started this yourself, just now."
                onChange={(event) => setTyped(event.target.value.toUpperCase())}
              />
              <Button type="submit" look="primary" disabled={typed.trim().length < 8 || look.isPending}>
                Look who asks
              </Button>
            </form>
          )}
        </Panel>
      </div>
    </Page>
  );
}

function Decide({ link }: { link: DeviceLink }) {
  const keys = useQuery({ ...keysQuery, enabled: link.scope === 'device' });
  const open = (keys.data ?? []).filter((key) => !isClosed(key));
  const [keyId, setKeyId] = useState('');
  const decide = useMutation({
    mutationFn: (answer: 'approve' | 'deny') =>
      stepped(() =>
        request<undefined>('POST', `/device/${answer}`, {
          userCode: link.userCode,
          ...(answer === 'approve' && keyId !== '' ? { keyId } : {}),
        }),
      ),
  });
  const program = [link.client.client, link.client.version].filter(Boolean).join(' ');
  const needsKey = link.scope === 'device' && keyId === '';
  if (decide.isSuccess)
    return (
      <Blank
        icon={Check}
        title={decide.variables === 'approve' ? `${link.deviceName} is linked` : `${link.deviceName} was turned away`}
        actions={
          <Link to="/devices" className="button">
            All devices
          </Link>
        }
      >
        {decide.variables === 'approve' ? 'It goes on by itself within a few seconds.' : 'Nothing was given to it.'}
      </Blank>
    );
  return (
    <div className="stack wide">
      {decide.error && <Refused error={decide.error} />}
      <p className="soft">
        Compare this code with the one that the device shows. Approve only if you started this yourself, just now.
      </p>
      <p className="user-code">{link.userCode}</p>
      <dl className="facts">
        <dt>Device says</dt>
        <dd>
          “{link.deviceName}”{program && `, ${program}`}
          {link.client.os && ` on ${link.client.os}`}
        </dd>
        <dt>Asked from</dt>
        <dd className="num">
          {link.address}, {ago(new Date(link.createdAt))}
        </dd>
        <dt>May use</dt>
        <dd>
          {link.scope === 'device'
            ? 'the credit of the key that you choose, like any other device'
            : 'your account, as a personal access token that you can revoke in the settings'}
        </dd>
      </dl>
      {link.scope === 'device' && (
        <Choice
          label="Key that it draws on"
          value={keyId}
          options={[
            ['', 'Choose a key'],
            ...open.map((key) => [key.id, `${nameOf(key)}, ${moneyLeft(key.availableNanoUsd)} left`] as const),
          ]}
          onChange={setKeyId}
        />
      )}
      <div className="row">
        <span className="muted small">ends {until(new Date(link.expiresAt))}</span>
        <span className="push row">
          <Button onClick={() => decide.mutate('deny')} disabled={decide.isPending}>
            Not me
          </Button>
          <Button look="primary" onClick={() => decide.mutate('approve')} disabled={decide.isPending || needsKey}>
            Approve device
          </Button>
        </span>
      </div>
    </div>
  );
}
