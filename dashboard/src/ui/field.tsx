import { CircleAlert } from 'lucide-react';
import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react';
import { classes } from './classes.ts';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  before?: string;
  ref?: Ref<HTMLInputElement>;
}

/** A labelled input with its hint, or what is wrong with it. */
export function Field({ label, hint, error, before, className, ...input }: FieldProps) {
  const id = useId();
  const box = (
    <input
      {...input}
      id={id}
      className={classes('input', className)}
      aria-invalid={error ? true : undefined}
      aria-describedby={error || hint ? `${id}-about` : undefined}
    />
  );
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {before ? (
        <span className="input-before">
          <span aria-hidden="true">{before}</span>
          {box}
        </span>
      ) : (
        box
      )}
      <About id={`${id}-about`} hint={hint} error={error} />
    </div>
  );
}

function About({ id, hint, error }: { id: string; hint?: ReactNode; error?: string | undefined }) {
  if (error)
    return (
      <span className="field-error" id={id}>
        <CircleAlert aria-hidden="true" />
        {error}
      </span>
    );
  return hint ? (
    <span className="field-hint" id={id}>
      {hint}
    </span>
  ) : null;
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  hint?: ReactNode;
  hiddenLabel?: boolean;
}

export function Choice<T extends string>({ label, value, options, onChange, hint, hiddenLabel }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={hiddenLabel ? 'only-read' : undefined}>
        {label}
      </label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      {hint !== undefined && <span className="field-hint">{hint}</span>}
    </div>
  );
}

/** Two to six choices side by side. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: Omit<ChoiceProps<T>, 'hint' | 'hiddenLabel'>) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {options.map(([key, text]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}
