import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeySquare, Plus } from 'lucide-react';
import { useState } from 'react';
import { tokensQuery } from '../../api/people-queries.ts';
import { request, type PersonalToken } from '../../api/people.ts';
import { until } from '../../format/time.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Ago } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { CodeLine } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Listed } from './listed.tsx';

const SCOPES = [
  ['read', 'Read keys, devices, balances and models'],
  ['usage:read', 'Read usage'],
  ['usage:submit', 'Send days to your profile, and say who sees them'],
  ['keys:write', 'Claim, mint, assign and revoke keys'],
  ['devices:write', 'Rename and revoke devices'],
  ['credit:write', 'Move credit'],
  ['members:read', 'Read members'],
  ['members:write', 'Change members'],
  ['upstreams:read', 'Read providers'],
  ['upstreams:write', 'Change providers'],
  ['alerts:read', 'Read alerts, their rules and channels'],
  ['alerts:write', 'Answer alerts, change rules and channels'],
  ['audit:read', 'Read the audit log'],
] as const;

/** Credentials for scripts, of what their member may do. */
export function TokensOfMine() {
  const query = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (token: PersonalToken) => stepped(() => request<undefined>('DELETE', `/tokens/${token.id}`)),
    onSuccess: (_nothing, token) => {
      void client.invalidateQueries({ queryKey: ['tokens'] });
      toast(`${token.name} is revoked`);
    },
  });
  return (
    <Panel
      span={12}
      flush
      title="Personal access tokens"
      beside={
        <span className="push">
          <Button onClick={() => setMaking(true)}>
            <Plus aria-hidden="true" />
            Make a token
          </Button>
        </span>
      }
    >
      {revoke.error && <Refused error={revoke.error} />}
      <Of query={query}>
        {(tokens) => {
          const live = tokens.filter((token) => token.revokedAt === null);
          return live.length === 0 ? (
            <Blank icon={KeySquare} title="No token yet">
              A token lets a script do some of what you may do here. For models, tools use a device’s credential
              instead.
            </Blank>
          ) : (
            <TokenTable tokens={live} revoke={(token) => revoke.mutate(token)} />
          );
        }}
      </Of>
      {making && <MakeToken onClose={() => setMaking(false)} />}
    </Panel>
  );
}

const TokenTable = ({ tokens, revoke }: { tokens: PersonalToken[]; revoke: (token: PersonalToken) => void }) => (
  <Listed
    heads={['Name', 'May', 'Used', 'Ends']}
    lines={tokens.map((token) => ({
      id: token.id,
      name: token.name,
      under: <span className="mono">ttp_…{token.last4}</span>,
      cells: [
        <span key="may" className="row tight">
          {token.scopes.map((scope) => (
            <span key={scope} className="tag">
              {scope}
            </span>
          ))}
        </span>,
        token.lastUsedAt ? <Ago key="used" at={token.lastUsedAt} /> : 'not yet',
        until(new Date(token.expiresAt)),
      ],
      act: (
        <Button look="quiet-danger" size="small" aria-label={`Revoke ${token.name}`} onClick={() => revoke(token)}>
          Revoke
        </Button>
      ),
    }))}
  />
);

function MakeToken({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>(['read']);
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      stepped(() =>
        request<{ secret: string; token: PersonalToken }>('POST', '/tokens', { name: name.trim(), scopes }),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  if (make.data)
    return (
      <Dialog
        title={`“${make.data.token.name}” is made`}
        onClose={onClose}
        foot={
          <Button look="primary" onClick={onClose}>
            I have saved it
          </Button>
        }
      >
        <Note tone="warn">
          <b>This is the only time it is shown.</b> Copy it now; nobody can read it again.
        </Note>
        <CodeLine name="Token">{make.data.secret}</CodeLine>
      </Dialog>
    );
  return (
    <Dialog
      title="Make a personal access token"
      onClose={onClose}
      onSubmit={() => make.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || scopes.length === 0 || make.isPending}>
            Make the token
          </Button>
        </>
      }
    >
      {make.error && <Refused error={make.error} />}
      <Field label="Name" value={name} hint="What it is for." onChange={(event) => setName(event.target.value)} />
      <fieldset className="stack close">
        <legend className="label">It may</legend>
        {SCOPES.map(([scope, what]) => (
          <label key={scope} className="check">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
              }
            />
            {what} <span className="muted mono small">{scope}</span>
          </label>
        ))}
      </fieldset>
      <p className="muted small">It never may more than you, and ends after 90 days.</p>
    </Dialog>
  );
}
