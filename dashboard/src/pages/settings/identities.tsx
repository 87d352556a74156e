import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link2, Plus } from 'lucide-react';
import { connectWith, disconnect, identitiesQuery, type Identity } from '../../api/identities.ts';
import { signInWaysQuery } from '../../api/session.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Ago } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Listed } from './listed.tsx';

/** Accounts elsewhere that sign one in here; nothing where no service is configured and none was. */
export function Identities() {
  const query = useQuery(identitiesQuery);
  const providers = useQuery(signInWaysQuery).data?.providers ?? [];
  const client = useQueryClient();
  const connect = useMutation({
    mutationFn: (provider: (typeof providers)[number]) => stepped(() => connectWith(provider)),
  });
  const remove = useMutation({
    mutationFn: (identity: Identity) => stepped(() => disconnect(identity.id)),
    onSuccess: (_nothing, identity) => {
      void client.invalidateQueries({ queryKey: identitiesQuery.queryKey });
      toast(`${identity.account} signs you in no more`);
    },
  });
  if (providers.length === 0 && (query.data ?? []).length === 0) return null;
  const connected = new Set(query.data?.map((identity) => identity.provider?.name));
  return (
    <Panel
      span={12}
      flush
      title="Accounts elsewhere"
      beside={
        <span className="push row tight">
          {providers
            .filter(({ name }) => !connected.has(name))
            .map((provider) => (
              <Button key={provider.name} disabled={connect.isPending} onClick={() => connect.mutate(provider)}>
                <Plus aria-hidden="true" />
                Connect {provider.label}
              </Button>
            ))}
        </span>
      }
    >
      {connect.error && <Refused error={connect.error} />}
      {remove.error && <Refused error={remove.error} />}
      <Of query={query}>
        {(identities) =>
          identities.length === 0 ? (
            <Blank icon={Link2} title="No account connected">
              Connect one, and it signs you in here, too.
            </Blank>
          ) : (
            <IdentityTable identities={identities} remove={(identity) => remove.mutate(identity)} />
          )
        }
      </Of>
    </Panel>
  );
}

const IdentityTable = ({ identities, remove }: { identities: Identity[]; remove: (identity: Identity) => void }) => (
  <Listed
    heads={['Account', 'At', 'Used']}
    lines={identities.map((identity) => ({
      id: identity.id,
      name: identity.account,
      under: (
        <>
          connected <Ago at={identity.createdAt} />
        </>
      ),
      cells: [
        identity.provider?.label ?? <span className="tag">not configured any more</span>,
        identity.lastUsedAt ? <Ago at={identity.lastUsedAt} /> : 'not yet',
      ],
      act: (
        <Button
          look="quiet-danger"
          size="small"
          aria-label={`Disconnect ${identity.account}`}
          onClick={() => remove(identity)}
        >
          Disconnect
        </Button>
      ),
    }))}
  />
);
