import type { ReactNode } from 'react';
import { Mark } from '../../ui/mark.tsx';
import './sign-in.css';

/** The page before the door. */
export const Front = ({ children, below }: { children: ReactNode; below?: ReactNode }) => (
  <main className="front" id="content">
    <div className="front-box">
      <div className="front-brand">
        <Mark />
        Token Tracker
      </div>
      <section className="card card-pad stack wide">{children}</section>
      {below !== undefined && <p className="muted small front-below">{below}</p>}
    </div>
  </main>
);
