import type { ReactNode } from 'react';

/** Lines with dotted leaders; the bookkeeper's double rule stands under a sum and nowhere else. */
export const Receipt = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="receipt" role="group" aria-label={label}>
    {children}
  </div>
);

export const ReceiptLine = ({ what, amount, how }: { what: ReactNode; amount: ReactNode; how?: ReactNode }) => (
  <>
    <div className="receipt-line">
      <span>{what}</span>
      <i />
      <span className="amount">{amount}</span>
    </div>
    {how !== undefined && <div className="receipt-how">{how}</div>}
  </>
);

export const ReceiptSum = ({ what, amount }: { what: ReactNode; amount: ReactNode }) => (
  <div className="receipt-line receipt-sum">
    <span>{what}</span>
    <span className="amount push">{amount}</span>
  </div>
);
