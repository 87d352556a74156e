// Leaves an editor running and prints where it is; an editor that runs already is used again.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { until } from './support/deadline.ts';

/** A fixed place, since the browser keeps the editor's secrets by address. */
const PORT = 7426;

const [gateway, vsix, root] = process.argv.slice(2);
if (gateway === undefined || vsix === undefined || root === undefined) {
  console.error('usage: open.ts GATEWAY-URL VSIX FOLDER');
  process.exit(2);
}
const origin = `http://127.0.0.1:${PORT}`;
const answers = async () => (await fetch(`${origin}/healthz`)).ok;

if (!(await answers().catch(() => false))) {
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  const log = path.join(root, 'editor.log');
  const out = fs.openSync(log, 'w', 0o600);
  const editor = path.join(import.meta.dirname, 'editor.ts');
  const child = spawn(process.execPath, [editor, gateway, vsix, root, String(PORT)], {
    detached: true,
    stdio: ['ignore', out, out],
  });
  child.unref();
  await until(
    `the editor (its log is ${log})`,
    () => {
      if (child.exitCode !== null) throw new Error(fs.readFileSync(log, 'utf8').slice(-2_000));
      return answers();
    },
    60_000,
  );
}
console.log(`${origin}/?folder=${encodeURIComponent(path.join(root, 'workspace'))}`);
