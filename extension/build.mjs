// Bundles the extension (and, with --tests, its unit tests instead) into out/.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeLicences } from './licences.mjs';

const room = path.dirname(fileURLToPath(import.meta.url));
const shared = { absWorkingDir: room, bundle: true, logLevel: 'warning', legalComments: 'none', metafile: true };
const host = { ...shared, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };

function extension() {
  const bundle = { entryPoints: ['src/main.ts'], outfile: 'out/main.js', minify: true, mainFields: ['module', 'main'] };
  return build({ ...host, ...bundle });
}

function views() {
  const entryPoints = { chat: 'src/chat/view/main.ts', usage: 'src/usage/view/main.ts' };
  const bundle = { entryPoints, outdir: 'out', minify: true };
  return build({ ...shared, ...bundle, platform: 'browser', format: 'iife', target: 'es2022' });
}

function tests() {
  // A test that is gone must not run on.
  rmSync(path.join(room, 'out', 'test'), { recursive: true, force: true });
  const entryPoints = readdirSync(path.join(room, 'test')).map((file) => `test/${file}`);
  return build({ ...host, entryPoints, outdir: 'out/test', outExtension: { '.js': '.cjs' } });
}

if (process.argv.includes('--tests')) {
  await tests();
} else {
  const made = await Promise.all([extension(), views()]);
  const metafiles = made.map(({ metafile }) => metafile);
  writeLicences(metafiles, room, path.join(room, 'out', 'third-party-licences.txt'));
}
