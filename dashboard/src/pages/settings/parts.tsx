import { Link, useLocation } from '@tanstack/react-router';
import { Children, isValidElement, type ReactElement, type ReactNode } from 'react';
import './settings.css';

interface PartProps {
  id: string;
  title: string;
  children: ReactNode;
}

/** The parts of a long page with a list to jump by. On a narrow screen one of them is shown at a time. */
export function Parts({ children }: { children: ReactNode }) {
  const { hash } = useLocation();
  const parts = Children.toArray(children).filter((part): part is ReactElement<PartProps> => isValidElement(part));
  const here = parts.find((part) => part.props.id === hash)?.props.id ?? parts[0]?.props.id;
  return (
    <>
      <nav className="parts-nav" aria-label="On this page">
        {parts.map(({ props: { id, title } }) => (
          <Link
            key={id}
            to="/settings"
            hash={id}
            className="chip"
            data-here={id === here}
            activeOptions={{ includeHash: true }}
          >
            {title}
          </Link>
        ))}
      </nav>
      {parts.map((part) => (
        <div key={part.props.id} className="parts-one" data-here={part.props.id === here}>
          {part}
        </div>
      ))}
    </>
  );
}

export const Part = ({ id, title, children }: PartProps) => (
  <section aria-labelledby={id}>
    <h2 id={id} className="parts-title" tabIndex={-1}>
      {title}
    </h2>
    <div className="columns">{children}</div>
  </section>
);
