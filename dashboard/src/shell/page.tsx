import { useEffect, useRef, type ReactNode } from 'react';
import { useLive } from '../live/live.ts';
import { clock } from '../format/time.ts';
import { Bell } from './bell.tsx';
import { FindButton } from './palette.tsx';

/** The frame of one page: its heading takes the focus after a change of page. */
export function Page({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Token Tracker`;
    if (navigated) heading.current?.focus({ preventScroll: true });
    navigated = true;
  }, [title]);
  return (
    <>
      <header className="top">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <LiveSign />
        <span className="push" />
        <FindButton />
        <Bell />
      </header>
      <main className="page" id="content" tabIndex={-1}>
        {lead !== undefined && <p className="lead">{lead}</p>}
        {children}
      </main>
    </>
  );
}

// The first page leaves the focus where the browser puts it.
let navigated = false;

function LiveSign() {
  const { isLive, since } = useLive();
  if (since === undefined) return null;
  return isLive ? (
    <span className="live on-wide" data-live="true" title="Balances and requests update by themselves.">
      Live
    </span>
  ) : (
    <span className="live" data-live="false" title="The figures are those of then. Spending is guarded as always.">
      Not live since {clock(since)}
    </span>
  );
}
