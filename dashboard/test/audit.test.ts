import { expect, test } from 'vitest';
import type { AuditEntry } from '../src/api/people.ts';
import { actorOf, changesOf, doneOf } from '../src/pages/audit/words.ts';

const entry = (change: Partial<AuditEntry>): AuditEntry => ({
  number: 1,
  id: 'id',
  at: '2026-11-19T10:00:00Z',
  actor: { kind: 'member', id: 'id', name: 'Mira K.' },
  action: 'member.change',
  target: null,
  before: null,
  after: null,
  requestId: null,
  peer: null,
  hash: '00',
  ...change,
});

test('a change names what was and what is', () => {
  const changed = entry({ before: { role: 'viewer', name: 'Priya' }, after: { role: 'member', name: 'Priya' } });
  expect(changesOf(changed)).toEqual(['role: viewer → member']);
  expect(changesOf(entry({ after: { creditNanoUsd: '5', models: null } }))).toEqual([
    'creditNanoUsd: 5',
    'models: null',
  ]);
  expect(changesOf(entry({}))).toEqual([]);
});

test('whoever did it has a name, or is named for what it is', () => {
  expect(actorOf(entry({}))).toBe('Mira K.');
  expect(actorOf(entry({ actor: { kind: 'gateway', id: null, name: null } }))).toBe('the gateway');
  expect(doneOf('something.new')).toBe('something.new');
});
