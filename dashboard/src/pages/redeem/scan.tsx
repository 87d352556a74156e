/** A token key off its QR code: through the camera, or out of a picture. Nothing leaves the browser. */
import { ImageUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Note } from '../../ui/note.tsx';
import { keyIn, makeReader, type Reader } from './qr.ts';

/** How often the camera's picture is looked at. */
const LOOK_MS = 200;

const NOT_ALLOWED =
  'The camera is not available: the browser was not allowed to use it, there is none, or this page is not on https. Choose a picture of the code, or type the key.';
const NO_KEY = 'There is no token key in this picture. Take it from nearer, with the whole code in it.';

/** Shows the camera and reads it until a key is found, or the dialog is closed. */
function useCamera(found: (letters: string) => void) {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string>();
  const take = useRef(found);
  useEffect(() => {
    take.current = found;
  });
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (read: Reader) => {
      const letters = video.current ? keyIn(await read(video.current)) : undefined;
      if (isOver) return;
      if (letters === undefined) timer = setTimeout(() => void look(read), LOOK_MS);
      else take.current(letters);
    };
    const begin = async () => {
      try {
        const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        // Closed while the browser asked.
        if (isOver) {
          camera.getTracks().forEach((track) => track.stop());
          return;
        }
        stream = camera;
        if (!video.current) return;
        video.current.srcObject = camera;
        await video.current.play();
        await look(await makeReader());
      } catch {
        if (!isOver) setProblem(NOT_ALLOWED);
      }
    };
    void begin();
    return () => {
      isOver = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  return { video, problem };
}

export default function Scan({ onCode, onClose }: { onCode: (letters: string) => void; onClose: () => void }) {
  const { video, problem } = useCamera(onCode);
  const [wrong, setWrong] = useState<string>();
  const file = useRef<HTMLInputElement>(null);
  const readPicture = async (picture: File | undefined) => {
    if (!picture) return;
    let letters: string | undefined;
    try {
      letters = keyIn(await (await makeReader())(await createImageBitmap(picture)));
    } catch {
      // What is no picture has no key in it either.
    }
    if (letters === undefined) setWrong(NO_KEY);
    else onCode(letters);
  };
  return (
    <Dialog
      title="Scan a QR code"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button onClick={() => file.current?.click()}>
            <ImageUp aria-hidden="true" />
            Choose a picture
          </Button>
          <input
            ref={file}
            type="file"
            accept="image/*"
            className="only-read"
            tabIndex={-1}
            aria-label="A picture of the code"
            onChange={(event) => void readPicture(event.target.files?.[0])}
          />
        </>
      }
    >
      {problem === undefined ? (
        <video ref={video} className="scan" muted playsInline aria-label="What the camera sees" />
      ) : (
        <Note tone="warn" role="alert">
          {problem}
        </Note>
      )}
      {wrong !== undefined && (
        <Note tone="bad" role="alert">
          {wrong}
        </Note>
      )}
      <p className="soft small">
        {problem === undefined && 'Hold the code into the picture. '}It is read in this browser, and sent nowhere.
      </p>
    </Dialog>
  );
}
