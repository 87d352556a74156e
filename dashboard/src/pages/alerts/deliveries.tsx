import { Mail, Webhook } from 'lucide-react';
import type { Alert } from '../../api/alerts.ts';
import type { Schemas } from '../../api/client.ts';
import { ago, until } from '../../format/time.ts';
import { State } from '../../ui/state.tsx';

type Delivery = Schemas['AlertDelivery'];

export const CHANNEL_ICONS = { email: Mail, webhook: Webhook };

/** How it was sent; the bell needs no telling. */
export const Deliveries = ({ of: { deliveries } }: { of: Alert }) =>
  deliveries.length === 0 ? null : (
    <ul className="deliveries" aria-label="Sent by">
      {deliveries.map((one) => {
        const Icon = CHANNEL_ICONS[one.channel];
        return (
          <li key={one.channelId}>
            <Icon aria-hidden="true" />
            <span className="cut">{one.name}</span>
            <Sent delivery={one} />
          </li>
        );
      })}
    </ul>
  );

/** How one delivery stands, and why it did not arrive. */
export function Sent({ delivery }: { delivery: Delivery }) {
  const { state, attempts, deliveredAt, nextAt, problem } = delivery;
  if (state === 'delivered')
    return <State tone="ok">{deliveredAt ? `Arrived ${ago(new Date(deliveredAt))}` : 'Arrived'}</State>;
  if (state === 'failed') return <State tone="bad">{`Given up. ${problem ?? ''}`}</State>;
  const next = nextAt ? until(new Date(nextAt)) : 'over';
  const again = next === 'over' ? 'trying now' : `next try ${next}`;
  if (attempts === 0) return <State tone="off">{next === 'over' ? 'Being sent' : `Waits, ${again}`}</State>;
  return <State tone="warn">{`${problem ?? 'It did not arrive.'} Tried ${attempts.toString()} ×, ${again}`}</State>;
}
