import * as Radix from '@radix-ui/react-dropdown-menu';
import { useRef, useState, type ReactNode } from 'react';

/** A menu that hangs on a button. It is drawn in the landmark that its button is in, for whoever walks by these. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  const button = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const open = (isOpen: boolean) => {
    if (isOpen) setPlace(button.current?.closest<HTMLElement>('[role="dialog"], main, nav, header, aside') ?? null);
  };
  return (
    <Radix.Root modal={false} onOpenChange={open}>
      <Radix.Trigger asChild ref={button}>
        {trigger}
      </Radix.Trigger>
      <Radix.Portal container={place}>
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
