import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayUrlFault, normalizedKey, parseRedeemInput, redeemInputFault } from '../src/token-key';

const KEY = 'TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B';

test('a key is read in any spelling that a person might type', () => {
  for (const spelling of [
    KEY,
    KEY.toLowerCase(),
    KEY.replaceAll('-', ''),
    KEY.replaceAll('-', ' '),
    `  ${KEY}\n`,
    KEY.replaceAll('0', 'o'),
  ]) {
    assert.equal(normalizedKey(spelling), KEY, spelling);
  }
  assert.equal(normalizedKey('TTK-IL000-00000-00000-00000-00000'), 'TTK-11000-00000-00000-00000-00000');
});

test('a link names its gateway, also under a path', () => {
  const gateways = {
    [`https://tokens.example.org/redeem#${KEY}`]: 'https://tokens.example.org',
    [`https://example.org/tokens/redeem#${KEY}`]: 'https://example.org/tokens',
    [`http://127.0.0.1:7425/redeem#${KEY}`]: 'http://127.0.0.1:7425',
    [`https://tokens.example.org/redeem#${KEY.toLowerCase().replaceAll('-', '%2D')}`]: 'https://tokens.example.org',
  };
  for (const [link, gatewayUrl] of Object.entries(gateways)) {
    assert.deepEqual(parseRedeemInput(link), { kind: 'link', key: KEY, gatewayUrl }, link);
  }
});

test('what cannot be redeemed is told while it is typed', () => {
  assert.equal(redeemInputFault(''), null);
  assert.equal(redeemInputFault(KEY), null);
  assert.equal(redeemInputFault('TT'), '25 of 25 characters are missing.');
  assert.equal(redeemInputFault('TTK-6Y8S0'), '20 of 25 characters are missing.');
  assert.equal(redeemInputFault(`${KEY}00`), '2 characters too many: a token key has 25 after TTK-.');
  assert.equal(redeemInputFault('TTK-6Y8U0'), 'A token key has digits and letters only, and never a U.');
  assert.equal(redeemInputFault('hello'), 'A token key starts with TTK-.');
  assert.match(redeemInputFault('ttd_0123') ?? '', /device credential/);
  assert.match(redeemInputFault('https://tokens.example.org/redeem') ?? '', /carries no token key/);
});

test('a key is never sent over http to another machine', () => {
  for (const url of [
    'https://tokens.example.org',
    'http://localhost:7425',
    'http://127.0.0.1:1',
    'http://[::1]:7425',
  ]) {
    assert.equal(gatewayUrlFault(url), null, url);
  }
  assert.match(gatewayUrlFault('http://tokens.example.org') ?? '', /https/);
  assert.match(gatewayUrlFault('http://127.0.0.1.example.org') ?? '', /https/);
  assert.match(gatewayUrlFault('https://me:secret@example.org') ?? '', /password/);
  assert.match(gatewayUrlFault('tokens.example.org') ?? '', /address/);
  assert.match(gatewayUrlFault('file:///etc/passwd') ?? '', /address/);
});
