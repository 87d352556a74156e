import { Link } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { Mark } from '../../ui/mark.tsx';
import './sharing.css';

/** A page that everybody may see, with or without a session. */
export function Public({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Token Tracker`;
  }, [title]);
  return (
    <main className="page public" id="content">
      <div className="row public-head">
        <Mark />
        <b className="strong">Token Tracker</b>
        <span className="push row">
          <Link to="/leaderboard" className="button" data-look="quiet" activeProps={{ 'aria-current': 'page' }}>
            Leaderboard
          </Link>
          <Link to="/" className="button">
            Dashboard
          </Link>
        </span>
      </div>
      {children}
    </main>
  );
}
