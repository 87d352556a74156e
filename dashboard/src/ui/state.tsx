import { Ban, Check, CircleAlert, CircleDashed, Clock, type LucideIcon } from 'lucide-react';

export type Tone = 'ok' | 'warn' | 'bad' | 'off';

const ICONS: Record<Tone, LucideIcon> = { ok: Check, warn: Clock, bad: CircleAlert, off: CircleDashed };

/** A state in words; its icon and colour only repeat them. */
export function State({ tone, children, ended }: { tone: Tone; children: string; ended?: boolean }) {
  const Icon = ended ? Ban : ICONS[tone];
  return (
    <span className="state" data-tone={tone}>
      <Icon aria-hidden="true" />
      {children}
    </span>
  );
}
