import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { clock } from '../../format/time.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { CodeLine } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Note } from '../../ui/note.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

/** Another credential for a device; the old one works for ten minutes more. */
export function RotateDevice({ device, onClose }: { device: Schemas['Device']; onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  const [saved, setSaved] = useState(false);
  const client = useQueryClient();
  const rotate = useMutation({
    mutationFn: () =>
      stepped(() => answer(api.POST('/api/v1/devices/{id}/rotate', { params: { path: { id: device.id } } }))),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['devices'] }),
  });
  if (rotate.data)
    return (
      <Dialog
        title={`The new credential of ${device.name}`}
        mustAnswer={!saved}
        onClose={onClose}
        foot={
          <>
            <label className="check push">
              <input type="checkbox" checked={saved} onChange={(event) => setSaved(event.target.checked)} />I have saved
              it
            </label>
            <Button look="primary" disabled={!saved} onClick={onClose}>
              Done
            </Button>
          </>
        }
      >
        <Note tone="warn">
          <b>This is the only time it is shown.</b> The old one works until {clock(new Date(rotate.data.formerUntil))};
          exchange it where the device keeps it before then.
        </Note>
        <CodeLine name="Credential" label="Copy credential">
          {rotate.data.credential}
        </CodeLine>
        <p className="soft small">
          In a terminal: put it into the file that TOKEN_TRACKER_CREDENTIAL_FILE names, or where the tool keeps its API
          key.
        </p>
      </Dialog>
    );
  return (
    <Dialog
      title={`Rotate the credential of “${device.name}”?`}
      begin={keep}
      onClose={onClose}
      foot={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep the present one
          </Button>
          <Button look="primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
            Make a new one
          </Button>
        </>
      }
    >
      {rotate.error && <Refused error={rotate.error} />}
      <ul className="stack close soft">
        <li>A new credential is made and shown once.</li>
        <li>The present one, …{device.credentialLast4}, works for ten minutes more, then it is refused.</li>
        <li>Answers that are running go on. The device keeps its name, its place on the key and its history.</li>
      </ul>
    </Dialog>
  );
}
