import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { balanceQuery } from '../api/queries.ts';
import { moneyLeft } from '../format/money.ts';

const AT_MOST_EVERY_MS = 10_000;

/** The one region that speaks of the balance, and not at every request. */
export function SpokenBalance() {
  const { data: balance } = useQuery(balanceQuery);
  const [said, setSaid] = useState('');
  const saidAt = useRef(0);
  const text = balance && balance.lots.length > 0 ? `Balance ${moneyLeft(balance.availableNanoUsd)}` : '';
  useEffect(() => {
    if (text === '') return;
    const wait = Math.max(0, saidAt.current + AT_MOST_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      saidAt.current = Date.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="only-read" role="status" aria-live="polite">
      {said}
    </div>
  );
}
