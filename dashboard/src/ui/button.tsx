import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { classes } from './classes.ts';
import { Tip } from './tip.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'danger' | 'quiet' | 'quiet-danger';
  size?: 'small';
  width?: 'full';
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look, size, width, className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={classes('button', className)}
      data-look={look}
      data-size={size}
      data-width={width}
    />
  );
}

/** An icon alone always has a name, which is its tip, too. */
export function IconButton({ label, children, ...rest }: ButtonProps & { label: string; children: ReactNode }) {
  return (
    <Tip text={label}>
      <Button look="quiet" {...rest} aria-label={label} data-shape="icon">
        {children}
      </Button>
    </Tip>
  );
}
