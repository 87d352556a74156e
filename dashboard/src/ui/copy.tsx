import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Button } from './button.tsx';

const SAID_MS = 2000;

/** Puts a text on the clipboard and says so where it was asked. */
export function CopyButton({ text, label = 'Copy', size }: { text: string; label?: string; size?: 'small' }) {
  const [said, setSaid] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('copied'),
      () => setSaid('failed'),
    );
  };
  return (
    <Button size={size} onClick={copy}>
      {said === 'copied' ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      <span aria-live="polite">
        {said === 'copied' ? 'Copied' : said === 'failed' ? 'Select and copy by hand' : label}
      </span>
    </Button>
  );
}

/** Lines to copy, under a title. */
export const Code = ({ title, children }: { title: ReactNode; children: string }) => (
  <div className="code">
    <div className="code-head">
      {title}
      <CopyButton text={children} size="small" />
    </div>
    <pre tabIndex={0}>{children}</pre>
  </div>
);

/** One line to copy, such as a link or a credential. */
export const CodeLine = ({ label, name, children }: { label?: string; name: string; children: string }) => (
  <div className="code-line">
    <span tabIndex={0} role="group" aria-label={name}>
      {children}
    </span>
    <CopyButton text={children} label={label} />
  </div>
);
