import { Check, CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const ICONS = { ok: Check, info: Info, warn: TriangleAlert, bad: CircleAlert, plain: Info };

interface NoteProps {
  tone?: keyof typeof ICONS;
  role?: 'alert' | 'status';
  children: ReactNode;
}

export function Note({ tone = 'plain', role, children }: NoteProps) {
  const Icon = ICONS[tone];
  return (
    <div className="note" data-tone={tone} role={role}>
      <Icon aria-hidden="true" />
      <span>{children}</span>
    </div>
  );
}
