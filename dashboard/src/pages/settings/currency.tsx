import { useState, useSyncExternalStore } from 'react';
import { CURRENCIES, chooseCurrency, currency, onCurrency, parseRate, type Currency } from '../../format/currency.ts';
import { Button } from '../../ui/button.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';

/** In which currency this browser shows amounts. Nobody's money changes by it. */
export function CurrencyShown() {
  const shown = useSyncExternalStore(onCurrency, currency);
  const [code, setCode] = useState<Currency>(CURRENCIES.find(([one]) => one === shown?.code)?.[0] ?? 'USD');
  const [rate, setRate] = useState(shown?.rate ?? '');
  const isDollars = code === 'USD';
  const wrong = isDollars || rate === '' || parseRate(rate) !== null ? undefined : 'A number such as 0.92.';
  const isSame = isDollars ? shown === undefined : shown?.code === code && shown.rate === rate.trim();
  return (
    <Panel span={6} title="Currency">
      <form
        className="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          chooseCurrency(isDollars ? undefined : { code, rate: rate.trim() });
          toast(isDollars ? 'Amounts are in US dollars' : `Amounts are shown in ${code}`);
        }}
      >
        <div className="two">
          <Choice label="Show amounts in" value={code} options={CURRENCIES} onChange={setCode} />
          {!isDollars && (
            <Field
              label={`One US dollar, in ${code}`}
              inputMode="decimal"
              value={rate}
              error={wrong}
              onChange={(event) => setRate(event.target.value)}
            />
          )}
        </div>
        <div className="row">
          <Button type="submit" disabled={isSame || (!isDollars && parseRate(rate) === null)}>
            Save
          </Button>
          <span className="muted small">In this browser alone.</span>
        </div>
        <p className="muted small">
          The ledger keeps US dollars to the nano-dollar. What is shown in another currency is about so much (≈), at the
          rate that you type; receipts, prices, amounts that you give and the exact figures behind each amount stay in
          dollars.
        </p>
      </form>
    </Panel>
  );
}
