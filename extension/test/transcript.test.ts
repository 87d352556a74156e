import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcript } from '../src/chat/transcript';
import type { Receipt } from '../src/generated/protocol';

const receipt = { kind: 'chat', costNanoUsd: '1' } as Receipt;

function asked(): Transcript {
  const transcript = new Transcript();
  transcript.ask('Why?', 'a.rs', 1_000);
  return transcript;
}

test('an answer grows by its pieces and ends with its receipt', () => {
  const transcript = asked();
  assert.ok(transcript.delta({ conversationId: 'c', messageId: 'm', text: 'Be' }));
  assert.ok(transcript.delta({ conversationId: 'c', messageId: 'm', text: 'cause.' }));
  transcript.answered({ conversationId: 'c', messageId: 'm', finishReason: 'stop', receipt }, 3_500);
  assert.equal(transcript.conversationId, 'c');
  assert.deepEqual(transcript.answer, {
    role: 'assistant',
    text: 'Because.',
    state: 'done',
    finishReason: 'stop',
    receipt,
    durationMs: 2_500,
    trouble: null,
  });
});

test('pieces of an answer that was left are dropped', () => {
  const transcript = asked();
  assert.ok(transcript.delta({ conversationId: 'c', messageId: 'm', text: 'Be' }));
  assert.equal(transcript.delta({ conversationId: 'c', messageId: 'other', text: 'x' }), false);
  transcript.stopped(2_000);
  assert.equal(transcript.delta({ conversationId: 'c', messageId: 'm', text: 'cause.' }), false);
  assert.equal(transcript.answer?.text, 'Be');
});

test('a stopped answer takes the receipt that follows, once', () => {
  const transcript = asked();
  transcript.stopped(2_000);
  assert.ok(transcript.charged(receipt));
  assert.equal(transcript.charged(receipt), false);
  assert.equal(transcript.answer?.receipt, receipt);
});

test('a receipt that comes before the end is shown with the end', () => {
  const whole = asked();
  assert.equal(whole.charged(receipt), false);
  assert.equal(whole.answer?.receipt, null);
  const broken = asked();
  broken.charged(receipt);
  broken.failed({ message: 'It broke.', hint: 'Ask again.' }, 2_000);
  assert.equal(broken.answer?.receipt, receipt);
});
