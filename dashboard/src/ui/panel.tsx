import type { ReactNode } from 'react';
import { useId } from 'react';
import { classes } from './classes.ts';

interface PanelProps {
  title?: ReactNode;
  /** What stands beside the title. */
  beside?: ReactNode;
  span?: 4 | 5 | 6 | 7 | 8 | 12;
  /** Without room around the content, for tables. */
  flush?: boolean;
  className?: string;
  label?: string;
  children: ReactNode;
}

/** A card with a title. */
export function Panel({ title, beside, span, flush, className, label, children }: PanelProps) {
  const id = useId();
  const named = title ? { 'aria-labelledby': id } : { 'aria-label': label };
  return (
    <section {...named} className={classes('card', span && `of-${span.toString()}`, className)}>
      {Boolean(title ?? beside) && (
        <header className="card-head">
          {title !== undefined && <h2 id={id}>{title}</h2>}
          {beside}
        </header>
      )}
      {flush ? children : <div className={title ? 'card-body' : 'card-pad'}>{children}</div>}
    </section>
  );
}
