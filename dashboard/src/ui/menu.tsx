import * as Radix from '@radix-ui/react-dropdown-menu';
import type { ReactNode } from 'react';

/** A menu that hangs on a button. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ItemProps {
  onSelect: () => void;
  tone?: 'bad';
  disabled?: boolean;
  children: ReactNode;
}

export const MenuItem = ({ onSelect, tone, disabled, children }: ItemProps) => (
  <Radix.Item className="menu-item" data-tone={tone} disabled={disabled} onSelect={onSelect}>
    {children}
  </Radix.Item>
);

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="menu-label">{children}</Radix.Label>
);

export const MenuLine = () => <Radix.Separator className="menu-line" />;
