/** What a box shows while there is nothing in it: empty, loading, refused. */
import { CircleAlert, RotateCw, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { asRefusal } from '../api/client.ts';
import { Button } from './button.tsx';

interface BlankProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export const Blank = ({ icon: Icon, title, children, actions }: BlankProps) => (
  <div className="blank">
    <Icon aria-hidden="true" />
    <p className="blank-title">{title}</p>
    {children !== undefined && <p>{children}</p>}
    {actions !== undefined && <div className="row">{actions}</div>}
  </div>
);

const WIDTHS = ['92%', '78%', '85%', '64%', '88%', '71%'];

/** Bones in the place of rows, only after a moment. */
export const Bones = ({ rows = 4 }: { rows?: number }) => (
  <div role="status" aria-busy="true" aria-label="Loading" className="stack card-body">
    {Array.from({ length: rows }, (_, row) => (
      <span key={row} className="bone" style={{ width: WIDTHS[row % WIDTHS.length] }} />
    ))}
  </div>
);

export function Failed({ error, retry }: { error: unknown; retry: () => unknown }) {
  const { message, hint } = asRefusal(error);
  return (
    <div role="alert">
      <Blank
        icon={CircleAlert}
        title={message}
        actions={
          <Button onClick={() => void retry()}>
            <RotateCw aria-hidden="true" />
            Try again
          </Button>
        }
      >
        {hint}
      </Blank>
    </div>
  );
}

interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** Shows what a query brought, keeps the last good figures, and says what is wrong in the same box. */
export function Of<T>({
  query,
  rows,
  children,
}: {
  query: Loaded<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed error={query.error} retry={query.refetch} />;
  return <Bones rows={rows} />;
}
