// Bundles the extension (and, with --tests, its unit tests) into out/.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const room = path.dirname(fileURLToPath(import.meta.url));
const shared = { absWorkingDir: room, bundle: true, logLevel: 'warning', legalComments: 'linked' };
const host = { ...shared, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };

const extension = () =>
  build({
    ...host,
    entryPoints: ['src/main.ts'],
    outfile: 'out/main.js',
    minify: true,
    mainFields: ['module', 'main'],
  });
const chatView = () =>
  build({
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    minify: true,
    entryPoints: { chat: 'src/chat/view/main.ts' },
    outdir: 'out',
  });
const tests = () =>
  build({
    ...host,
    entryPoints: readdirSync(path.join(room, 'test')).map((file) => `test/${file}`),
    outdir: 'out/test',
    outExtension: { '.js': '.cjs' },
  });

await Promise.all(process.argv.includes('--tests') ? [tests()] : [extension(), chatView()]);
