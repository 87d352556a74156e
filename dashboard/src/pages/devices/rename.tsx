import { useState } from 'react';
import { asRefusal } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';

/** Another name, where the old one stood. */
export function Rename(props: { name: string; error: unknown; save: (name: string) => void; cancel: () => void }) {
  const [name, setName] = useState(props.name);
  return (
    <form
      className="row whole"
      onSubmit={(event) => {
        event.preventDefault();
        props.save(name.trim());
      }}
      onKeyDown={(event) => event.key === 'Escape' && props.cancel()}
    >
      <input
        className="input"
        aria-label={`New name of ${props.name}`}
        aria-invalid={props.error ? true : undefined}
        title={props.error ? asRefusal(props.error).message : undefined}
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={name.trim() === ''}>
        Save
      </Button>
      <Button look="quiet" onClick={props.cancel}>
        Cancel
      </Button>
    </form>
  );
}
