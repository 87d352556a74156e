// What a list of models says about each of them.
import { chargeText, tokenText } from './figures';
import type { Model } from './generated/protocol';

/** `$3.00 in, $15.00 out · 200k`, prices for a million tokens. */
export function priceText({ pricing, contextWindow }: Model): string {
  const window = contextWindow === null ? [] : [tokenText(contextWindow)];
  if (pricing === null) return ['no price, so refused', ...window].join(' · ');
  const free = Object.values(pricing).every((price) => BigInt(price) === 0n);
  const price = free ? 'free' : `${chargeText(pricing.inputNanoUsd)} in, ${chargeText(pricing.outputNanoUsd)} out`;
  return [price, ...window].join(' · ');
}
