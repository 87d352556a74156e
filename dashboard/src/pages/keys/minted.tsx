/** The codes, this once: one as a ticket, all of them to copy, save or print. */
import { ChevronLeft, ChevronRight, Download, Printer } from 'lucide-react';
import { QRCodeSVG } from 'qrcode.react';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import type { Schemas } from '../../api/client.ts';
import { moneyLeft } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { date } from '../../format/time.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Note } from '../../ui/note.tsx';
import { save } from '../../ui/save.ts';
import { csvOf, linkOf } from './csv.ts';

type Minted = Schemas['MintResponse'];
type Key = Schemas['MintedKey'];

function about(key: Key): string {
  const models = key.models ? count(key.models.length, 'model') : 'all models';
  const end = key.expiresAt ? `until ${date(new Date(key.expiresAt))}` : 'no end';
  return [moneyLeft(key.creditNanoUsd), models, count(key.devices, 'device'), end].join(' · ');
}

export function Minted({ minted, onClose }: { minted: Minted; onClose: () => void }) {
  const { keys } = minted;
  const [saved, setSaved] = useState(false);
  return (
    <Dialog
      title={`${count(keys.length, 'key')} minted`}
      onClose={onClose}
      mustAnswer={!saved}
      foot={
        <>
          <label className="check push">
            <input type="checkbox" checked={saved} onChange={(event) => setSaved(event.target.checked)} />I have saved
            {keys.length === 1 ? ' it' : ' them'}
          </label>
          <Button look="primary" disabled={!saved} onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <Note tone="warn">
        <b>This is the only time {keys.length === 1 ? 'it is' : 'they are'} shown.</b> Copy, print or save{' '}
        {keys.length === 1 ? 'it' : 'them'} now; nobody can read {keys.length === 1 ? 'it' : 'them'} again, not even
        you.
      </Note>
      <Tickets minted={minted} />
      <div className="row">
        {keys.length > 1 && (
          <CopyButton text={keys.map((key) => key.key).join('\n')} label={`Copy all ${keys.length.toString()}`} />
        )}
        <Button onClick={() => save('token-keys.csv', csvOf(minted), 'text/csv')}>
          <Download aria-hidden="true" />
          CSV
        </Button>
        <Button onClick={() => window.print()}>
          <Printer aria-hidden="true" />
          Print hand-outs
        </Button>
      </div>
      <HandOuts minted={minted} />
    </Dialog>
  );
}

function Tickets({ minted }: { minted: Minted }) {
  const [at, setAt] = useState(0);
  const { keys } = minted;
  const key = keys[at];
  if (!key) return null;
  return (
    <div className="ticket">
      <div className="ticket-face">
        <div className="stack close">
          <span className="label" aria-live="polite">
            {(at + 1).toString()} of {keys.length.toString()}
          </span>
          <span className="ticket-code">{key.key}</span>
          <span className="soft small num">{about(key)}</span>
        </div>
        <div className="qr on-wide">
          <QRCodeSVG value={linkOf(minted, key)} title={`QR code of the link for ${key.key}`} />
        </div>
      </div>
      <div className="ticket-stub">
        <span className="muted small cut">{minted.gatewayUrl}</span>
        <span className="row tight">
          {keys.length > 1 && (
            <>
              <IconButton label="Earlier key" disabled={at === 0} onClick={() => setAt(at - 1)}>
                <ChevronLeft aria-hidden="true" />
              </IconButton>
              <IconButton label="Next key" disabled={at === keys.length - 1} onClick={() => setAt(at + 1)}>
                <ChevronRight aria-hidden="true" />
              </IconButton>
            </>
          )}
          <CopyButton text={linkOf(minted, key)} label="Copy link" />
          <CopyButton text={key.key} label="Copy code" />
        </span>
      </div>
    </div>
  );
}

/** Seen on paper only. */
const HandOuts = ({ minted }: { minted: Minted }) =>
  createPortal(
    <div className="hand-outs" aria-hidden="true">
      {minted.keys.map((key) => (
        <div key={key.id} className="hand-out">
          <QRCodeSVG value={linkOf(minted, key)} />
          <div>
            Token key
            <b>{key.key}</b>
            {about(key)}
            <br />
            Scan it, or open {minted.gatewayUrl}/redeem and type it in.
          </div>
        </div>
      ))}
    </div>,
    document.body,
  );
