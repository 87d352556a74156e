// What a person pastes to redeem: a bare token key, or the link that carries one.

export type RedeemInput = { kind: 'key'; key: string } | { kind: 'link'; key: string; gatewayUrl: string };

const PREFIX = 'TTK';
/** Crockford's alphabet: no I, L, O or U. */
const SYMBOLS = /^[0-9A-HJKMNP-TV-Z]*$/;
const SYMBOL_COUNT = 25;

/** The key in its one spelling, or null where the text cannot be one. */
export function normalizedKey(text: string): string | null {
  const compact = text.replace(/[\s-]/g, '').toUpperCase();
  if (!compact.startsWith(PREFIX)) return null;
  const symbols = compact.slice(PREFIX.length).replace(/O/g, '0').replace(/[IL]/g, '1');
  if (!SYMBOLS.test(symbols) || symbols.length !== SYMBOL_COUNT) return null;
  return `${PREFIX}-${symbols.replace(/(.{5})(?=.)/g, '$1-')}`;
}

/** Reads a key or a link `https://HOST/redeem#TTK-…`; null where the text is neither. */
export function parseRedeemInput(text: string): RedeemInput | null {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed)) {
    const key = normalizedKey(trimmed);
    return key === null ? null : { kind: 'key', key };
  }
  const url = webUrl(trimmed);
  const key = url === null ? null : normalizedKey(decoded(url.hash.slice(1)));
  if (url === null || key === null) return null;
  const base = url.pathname.replace(/\/redeem\/?$/, '').replace(/\/$/, '');
  return { kind: 'link', key, gatewayUrl: `${url.origin}${base}` };
}

/** The sentence under the input box; null when the text can be redeemed or nothing was typed yet. */
export function redeemInputFault(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '' || parseRedeemInput(trimmed) !== null) return null;
  if (/^https?:\/\//i.test(trimmed)) {
    return 'This link carries no token key. It ends in redeem#TTK- and the rest of the key.';
  }
  const compact = trimmed.replace(/[\s-]/g, '').toUpperCase();
  if (!PREFIX.startsWith(compact.slice(0, PREFIX.length))) {
    return compact.startsWith('TTD_')
      ? 'This is a device credential. Redeem the token key that starts with TTK-.'
      : 'A token key starts with TTK-.';
  }
  const symbols = compact.slice(PREFIX.length).replace(/O/g, '0').replace(/[IL]/g, '1');
  if (!SYMBOLS.test(symbols)) return 'A token key has digits and letters only, and never a U.';
  const missing = SYMBOL_COUNT - symbols.length;
  if (missing > 0) return `${missing} of ${SYMBOL_COUNT} characters are missing.`;
  return `${-missing} characters too many: a token key has ${SYMBOL_COUNT} after TTK-.`;
}

/** The sentence under the gateway's box; null when the address can be used. */
export function gatewayUrlFault(text: string): string | null {
  const url = webUrl(text.trim());
  if (url === null) return 'Write the address of the gateway, such as https://tokens.example.org.';
  if (url.username !== '' || url.password !== '') return 'The address of a gateway holds no user name or password.';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'Use https: over http anybody on the way could read the key. http is for this machine only.';
  }
  return null;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function webUrl(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
