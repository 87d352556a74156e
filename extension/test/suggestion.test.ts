import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterEdit, type Edit, type Suggestion } from '../src/suggestion';

const suggestion: Suggestion = { id: 'i', uri: 'file:///a', rest: '(a: i32)', taken: 0, offset: 10 };

function fate(edit: Partial<Edit>, of = suggestion) {
  return afterEdit(of, { offset: of.offset, replacedLength: 0, text: '', ...edit });
}

test('typing through a suggestion keeps it', () => {
  assert.deepEqual(fate({ text: '(' }), {
    kind: 'standing',
    suggestion: { ...suggestion, rest: 'a: i32)', taken: 1, offset: 11 },
  });
});

test('a word that was taken counts from the beginning of the suggestion', () => {
  const typed = { ...suggestion, rest: 'a: i32)', taken: 1, offset: 11 };
  const taken = fate({ text: 'a:' }, typed);
  assert.equal(taken.kind === 'partlyTaken' && taken.acceptedLength, 3);
});

test('all of it is complete, anything else is a rejection', () => {
  assert.equal(fate({ text: '(a: i32)' }).kind, 'complete');
  assert.equal(fate({ text: '()' }).kind, 'rejected');
  assert.equal(fate({ text: '(', offset: 3 }).kind, 'rejected');
  assert.equal(fate({ text: '(', replacedLength: 1 }).kind, 'rejected');
});
