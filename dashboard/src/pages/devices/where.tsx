import type { Schemas } from '../../api/client.ts';
import { ago, date } from '../../format/time.ts';
import { Unknown } from '../../ui/amount.tsx';
import { Tip } from '../../ui/tip.tsx';

/** A network that is new beside older ones is worth a word for so long. */
const NEW_MS = 7 * 86_400_000;

/** The network that a device was seen in last; a change of it is said, and the ones before are behind it. */
export function Where({ addresses }: { addresses: Schemas['DeviceAddress'][] }) {
  const [last, ...before] = addresses;
  if (!last) return <Unknown why="It was not seen since addresses are noted." />;
  if (before.length === 0) return <span className="soft num">{last.network}</span>;
  const isNew = Date.now() - new Date(last.firstAt).getTime() < NEW_MS;
  return (
    <Tip
      text={
        <span className="stack close">
          {addresses.map((one) => (
            <span key={one.network} className="num">
              {one.network}, {date(new Date(one.firstAt))} to {ago(new Date(one.lastAt))}
            </span>
          ))}
        </span>
      }
    >
      <button type="button" className="plain-link">
        <span className="soft num">{last.network}</span>
        <span className="under">
          {isNew ? `changed ${ago(new Date(last.firstAt))}` : `and ${before.length.toString()} before`}
        </span>
      </button>
    </Tip>
  );
}
