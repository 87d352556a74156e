/** A token key: its credit joins the account of whoever redeems it, or goes straight into a tool. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ScanLine } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { request } from '../../api/people.ts';
import { SessionContext, sessionQuery } from '../../api/session.ts';
import type { Schemas } from '../../api/client.ts';
import { balanceQuery } from '../../api/queries.ts';
import { moneyLeft } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { date } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { Shell } from '../../shell/shell.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { Field } from '../../ui/field.tsx';
import { Measure } from '../../ui/measure.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { hint, isWhole, lettersOf, spell } from './code.ts';
import { Agents, Sdks, VsCode } from './set-up.tsx';
import { canScanHere, isAskedToScan, scanElsewhere } from './may-scan.ts';
import './redeem.css';

const Scan = lazy(() => import('./scan.tsx'));

/** A link carries the key behind the #, which no server sees; it leaves the address at once. */
function takeFromAddress(): string {
  const letters = lettersOf(location.hash.slice(1));
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
  return letters;
}

const fromLink = takeFromAddress();

const LEAD =
  'A token key carries credit and a set of models. Redeem it once; its credit then joins your balance on every device.';

export function Redeem() {
  const { data: session } = useQuery(sessionQuery);
  if (session === undefined) return null;
  if (session === null) return <Outside />;
  return (
    <SessionContext value={session}>
      <Shell>
        <Page title="Redeem and set up" lead={LEAD}>
          <div className="columns">
            <div className="of-6 stack wide">
              <Claim />
              <VsCode />
            </div>
            <aside className="of-6 stack wide">
              <Agents />
              <Sdks />
            </aside>
          </div>
        </Page>
      </Shell>
    </SessionContext>
  );
}

/** Whoever has a key and no account puts it straight into a tool. */
function Outside() {
  const [letters, setLetters] = useState(fromLink);
  useEffect(() => {
    document.title = 'Redeem a token key · Token Tracker';
  }, []);
  return (
    <main className="page outside" id="content">
      <div className="row">
        <Mark />
        <b className="strong">Token Tracker</b>
        <Link to="/" className="button push">
          Sign in
        </Link>
      </div>
      <h1>Redeem a token key</h1>
      <p className="soft">{LEAD} You need no account: put the key into VS Code or a terminal.</p>
      <div className="columns">
        <div className="of-6 stack wide">
          <Panel label="Token key">
            <div className="stack wide">
              <KeyField letters={letters} change={setLetters} />
              <div className="row">
                {isWhole(letters) && <CopyButton text={spell(letters)} label="Copy key" />}
                <ScanButton take={setLetters} />
              </div>
            </div>
          </Panel>
          <VsCode code={isWhole(letters) ? spell(letters) : undefined} />
        </div>
        <aside className="of-6 stack wide">
          <Agents />
          <Sdks />
        </aside>
      </div>
    </main>
  );
}

/** Opens the camera; where this document may not have it, on a new one that may. */
function ScanButton({ take }: { take: (letters: string) => void }) {
  const [isOpen, setOpen] = useState(isAskedToScan && canScanHere);
  return (
    <>
      <Button onClick={() => (canScanHere ? setOpen(true) : scanElsewhere())}>
        <ScanLine aria-hidden="true" />
        Scan a QR code
      </Button>
      {isOpen && (
        <Suspense>
          <Scan
            onClose={() => setOpen(false)}
            onCode={(letters) => {
              setOpen(false);
              take(letters);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

export function KeyField(props: { letters: string; change: (letters: string) => void; isRefused?: boolean }) {
  const { letters, change } = props;
  return (
    <Field
      label="Token key"
      className="key-field"
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      placeholder="TTK-"
      value={spell(letters)}
      aria-invalid={props.isRefused ? true : undefined}
      hint={hint(letters)}
      onChange={(event) => change(lettersOf(event.target.value))}
    />
  );
}

/** A paste anywhere on the page is a paste into the field. */
function usePaste(take: (letters: string) => void) {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      const letters = lettersOf(event.clipboardData?.getData('text') ?? '');
      if (isWhole(letters)) take(letters);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [take]);
}

function Claim() {
  const [letters, setLetters] = useState(fromLink);
  const client = useQueryClient();
  usePaste(setLetters);
  const claim = useMutation({
    mutationFn: () => request<{ key: Schemas['KeySummary'] }>('POST', '/keys/claim', { key: spell(letters) }),
    onSuccess: () => client.invalidateQueries(),
  });
  const again = () => {
    claim.reset();
    setLetters('');
  };
  if (claim.data) return <Claimed of={claim.data.key} again={again} />;
  return (
    <Panel label="Redeem">
      <form
        className="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          claim.mutate();
        }}
      >
        {claim.error && <Refused error={claim.error} />}
        <KeyField
          letters={letters}
          isRefused={claim.isError}
          change={(next) => {
            setLetters(next);
            claim.reset();
          }}
        />
        <div className="row">
          <Button type="submit" look="primary" disabled={!isWhole(letters) || claim.isPending}>
            Redeem
          </Button>
          <ScanButton
            take={(next) => {
              setLetters(next);
              claim.reset();
            }}
          />
          {letters !== '' && (
            <Button look="quiet" onClick={() => setLetters('')}>
              Clear
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}

function Claimed({ of: key, again }: { of: Schemas['KeySummary']; again: () => void }) {
  const { data: balance } = useQuery(balanceQuery);
  const models = key.models ? count(key.models.length, 'model') : 'all models';
  return (
    <Panel label="Redeemed">
      <div className="stack wide">
        <Note tone="ok" role="status">
          <b>{moneyLeft(key.availableNanoUsd)} added.</b>{' '}
          {balance && `You have ${moneyLeft(balance.availableNanoUsd)} left. `}
          This key works with {models}
          {key.expiresAt ? ` until ${date(new Date(key.expiresAt))}` : ''}.
        </Note>
        {balance && <Measure of={balance} size="large" />}
        <div className="row">
          <Link to="/" className="button" data-look="primary">
            Go to the overview
          </Link>
          <Button onClick={again}>Redeem another one</Button>
        </div>
      </div>
    </Panel>
  );
}
