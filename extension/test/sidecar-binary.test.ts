import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Backoff } from '../src/backoff';
import { findSidecar } from '../src/sidecar-binary';

let home: string;
beforeEach(() => (home = mkdtempSync(path.join(tmpdir(), 'sidecar-binary-'))));
afterEach(() => rmSync(home, { recursive: true }));

function program(...segments: string[]): string {
  const file = path.join(home, ...segments);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

test('the setting comes first, then the extension, then the path', () => {
  const named = program('named');
  const bundled = program('extension', 'bin', 'token-tracker-sidecar');
  const onPath = program('bin', 'token-tracker-sidecar');
  const places = { setting: named, extensionPath: path.join(home, 'extension'), searchPath: path.join(home, 'bin') };
  assert.equal(findSidecar(places), named);
  assert.equal(findSidecar({ ...places, setting: '' }), bundled);
  rmSync(bundled);
  assert.equal(findSidecar({ ...places, setting: '' }), onPath);
});

test('a path that was named is never replaced by another program', () => {
  program('bin', 'token-tracker-sidecar');
  const places = { setting: path.join(home, 'gone'), extensionPath: home, searchPath: path.join(home, 'bin') };
  const found = findSidecar(places);
  assert.ok(typeof found !== 'string' && found.message.includes('tokenTracker.sidecar.path'));
});

test('a folder relative to the workspace is no place for a program', () => {
  program('token-tracker-sidecar');
  assert.equal(
    typeof findSidecar({ setting: '', extensionPath: '/nowhere', searchPath: `.${path.delimiter}` }),
    'object',
  );
});

test('the rests grow up to a minute, and a healthy run begins anew', () => {
  const backoff = new Backoff();
  assert.deepEqual(
    [0, 0, 0, 0, 0, 0, 0].map((ran) => backoff.next(ran)),
    [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000],
  );
  assert.equal(backoff.next(60_000), 1_000);
});
