import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failed } from '../ui/blank.tsx';

/** A page that broke; the rest goes on. */
export const Crashed = ({ error, reset }: ErrorComponentProps) => (
  <main className="page" id="content">
    <Failed error={error} retry={reset} />
  </main>
);
