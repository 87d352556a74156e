/**
 * Dialogs and drawers. They hold the focus and give it back; the scrim is ours, since the one that comes with
 * the primitives writes styles into the page, which the content policy forbids.
 */
import * as Radix from '@radix-ui/react-dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject, SubmitEvent } from 'react';
import { IconButton } from './button.tsx';

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
  width?: 'wide';
  /** Leaving needs an answer: neither Escape nor a click beside it closes. */
  mustAnswer?: boolean;
  /** Where the focus begins; the first field when absent. */
  begin?: RefObject<HTMLElement | null>;
  onSubmit?: () => void;
}

export function Dialog(props: DialogProps) {
  const { title, onClose, children, foot, width, mustAnswer = false, begin, onSubmit } = props;
  const inside = (
    <>
      <div className="dialog-head">
        <Radix.Title>{title}</Radix.Title>
        {!mustAnswer && (
          <span className="push">
            <IconButton label="Close" size="small" onClick={onClose}>
              <X aria-hidden="true" />
            </IconButton>
          </span>
        )}
      </div>
      <div className="dialog-body">{children}</div>
      {foot !== undefined && <div className="dialog-foot">{foot}</div>}
    </>
  );
  return (
    <Radix.Root open onOpenChange={(open) => !open && !mustAnswer && onClose()}>
      <Radix.Portal>
        <div className="scrim" data-scrim="">
          <Radix.Content
            className="dialog"
            data-width={width}
            aria-describedby={undefined}
            onOpenAutoFocus={(event) => {
              event.preventDefault();
              (begin?.current ?? firstOf(event.currentTarget))?.focus();
            }}
          >
            {onSubmit ? (
              <form onSubmit={submit(onSubmit)} noValidate>
                {inside}
              </form>
            ) : (
              inside
            )}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The first field; where there is none, the answer that changes nothing. */
const firstOf = (content: EventTarget | null): HTMLElement | null =>
  content instanceof HTMLElement
    ? (content.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea)') ??
      content.querySelector<HTMLElement>('.dialog-foot button') ??
      content)
    : null;

const submit = (onSubmit: () => void) => (event: SubmitEvent) => {
  event.preventDefault();
  onSubmit();
};

/** A page's second layer, at its side. The page behind it stays in use. */
export function Drawer({
  title,
  onClose,
  beside,
  children,
}: {
  title: ReactNode;
  onClose: () => void;
  beside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Radix.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className="scrim">
          <Radix.Content
            className="drawer"
            aria-describedby={undefined}
            onInteractOutside={(event) => event.preventDefault()}
            onOpenAutoFocus={(event) => {
              event.preventDefault();
              if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
            }}
          >
            <div className="drawer-head">
              <Radix.Title>{title}</Radix.Title>
              <span className="push row tight whole">
                {beside}
                <IconButton label="Close" size="small" onClick={onClose}>
                  <X aria-hidden="true" />
                </IconButton>
              </span>
            </div>
            <div className="drawer-body">{children}</div>
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}
