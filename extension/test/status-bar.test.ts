import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Balance, EditorAccount, Receipt } from '../src/generated/protocol';
import { menu } from '../src/menu';
import { firstSession, withAccount, withReceipt, withStatus, type Session } from '../src/session';
import { drawn } from '../src/status-bar';

const NOW = new Date(2026, 10, 25, 11, 20);

function balance(available: bigint, granted = 25_000_000_000n): Balance {
  return {
    availableNanoUsd: String(available),
    heldNanoUsd: '0',
    grantedNanoUsd: String(granted),
    spentNanoUsd: String(granted - available),
    display: `$${(Number(available / 10_000_000n) / 100).toFixed(2)}`,
    lots: [],
  };
}

const account: EditorAccount = {
  gatewayUrl: 'https://tokens.example.org',
  credentialStore: 'keyring',
  member: null,
  deviceId: 'd',
  deviceName: 'desk_linux',
  balance: balance(23_500_000_000n),
  models: ['coder'],
};

const signedIn = withStatus(withAccount(firstSession, account, NOW), { state: 'ready', balance: account.balance }, NOW);

function check(session: Session, text: string, background: 'warning' | 'error' | null = null): void {
  const { text: shown, background: colour } = drawn(session);
  assert.deepEqual([shown, colour], [text, background]);
}

test('each state has its own face', () => {
  const problem = { code: 'gateway_unreachable', message: 'The gateway is out of reach.', hint: 'Wait.' } as const;
  check(firstSession, '$(loading~spin) Token Tracker');
  check(signedIn, '$(book) $23.50');
  check(withStatus(signedIn, { state: 'working' }, NOW), '$(loading~spin) $23.50');
  check(withStatus(signedIn, { state: 'offline', problem }, new Date()), '$(debug-disconnect) $23.50 as of 11:20');
  check(withStatus(signedIn, { state: 'exhausted' }, NOW), '$(circle-slash) Used up', 'error');
  check(withStatus(signedIn, { state: 'revoked' }, NOW), '$(circle-slash) Device revoked', 'error');
  check(withStatus(signedIn, { state: 'error', problem }, NOW), '$(warning) $23.50', 'warning');
  check(withStatus(signedIn, { state: 'signedOut' }, NOW), '$(key) Redeem a key');
  check({ ...signedIn, completionsEnabled: false }, '$(debug-pause) $23.50 completions off');
});

test('below a tenth of what was granted the balance is low', () => {
  check(withStatus(signedIn, { state: 'ready', balance: balance(2_500_000_000n) }, NOW), '$(book) $2.50');
  check(
    withStatus(signedIn, { state: 'ready', balance: balance(2_499_999_999n) }, NOW),
    '$(book) $2.49 left',
    'warning',
  );
});

test('the charge of an answer stands beside the balance, that of a completion does not', () => {
  const receipt = { kind: 'chat', costNanoUsd: '41287300', balance: balance(23_458_712_700n) } as Receipt;
  check(withReceipt(signedIn, receipt, NOW), '$(book) $23.45 \u2212$0.0413');
  check(withReceipt(signedIn, { ...receipt, kind: 'completion' }, NOW), '$(book) $23.45');
});

test('a receipt that was overtaken by a newer balance changes nothing', () => {
  const receipt = { kind: 'completion', costNanoUsd: '1', balance: balance(24_000_000_000n) } as Receipt;
  check(withReceipt(signedIn, receipt, NOW), '$(book) $23.50');
});

test('the tooltip says what happened and what to do, and no server can format it', () => {
  const problem = { code: 'internal', message: 'Bad [link](command:evil)', hint: 'Try *again*.' } as const;
  const { tooltip, label } = drawn(withStatus(signedIn, { state: 'error', problem }, NOW));
  assert.ok(tooltip.includes('Bad \\[link\\]\\(command:evil\\)'), tooltip);
  assert.ok(tooltip.includes('Try \\*again\\*.'), tooltip);
  assert.ok(tooltip.includes('Device desk\\_linux at tokens.example.org'), tooltip);
  assert.equal(label.includes('$('), false);
});

test('signing out forgets the balance, going offline keeps it', () => {
  assert.equal(withStatus(signedIn, { state: 'signedOut' }, NOW).balance, null);
  assert.equal(withStatus(signedIn, { state: 'offline' }, NOW).balance?.display, '$23.50');
});

test('the menu begins with the reason and fits the state', () => {
  const problem = { code: 'insufficient_credit', message: 'It is used up.', hint: 'Redeem another.' } as const;
  const commands = (session: Session) => menu(session).flatMap((entry) => ('command' in entry ? [entry.command] : []));
  const [first] = menu(withStatus(signedIn, { state: 'exhausted', problem }, NOW));
  assert.deepEqual(first, {
    label: '$(info) Why is nothing happening?',
    detail: 'It is used up. Redeem another.',
    command: 'tokenTracker.redeem',
  });
  assert.ok(commands(signedIn).includes('tokenTracker.signOut'));
  assert.deepEqual(commands(firstSession), [null, 'tokenTracker.redeem', 'tokenTracker.showLog']);
});
