// What a browser fetches before the first page can be used, against what it may be.
//
//   node dashboard/build/budget.mjs [DIST]
//
// The page itself with all that it names, the overview with all that it imports, and what that imports
// when it is drawn. Sizes are those of gzip: what a browser gets that takes nothing better.
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..', 'dist'));
const kB = 1000;

const BUDGET = [
  { name: 'JavaScript', of: /\.js$/, bytes: 250 * kB, files: 40 },
  { name: 'CSS', of: /\.css$/, bytes: 20 * kB, files: 4 },
  { name: 'fonts', of: /\.woff2$/, bytes: 120 * kB, files: 3 },
  { name: 'everything', of: /./, bytes: 400 * kB, files: 45 },
];

const assets = path.join(dist, 'assets');
const page = fs.readFileSync(path.join(dist, 'index.html'), 'utf8');
const read = (file) => fs.readFileSync(path.join(dist, file), 'utf8');
const named = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

const first = ['index.html', ...named(page, /(?:src|href)="\.\/([^"]+)"/g)];
const overview = fs.readdirSync(assets).filter((file) => /^overview-[^.]+\.(?:js|css)$/.test(file));
if (overview.length === 0) throw new Error(`${assets} has no overview: build the pages with scripts/dashboard`);

/** These files with all that they import; what the pages import when they are drawn is left to them. */
function withImports(files) {
  const found = new Set();
  const wait = [...files];
  for (let file = wait.pop(); file !== undefined; file = wait.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (!file.endsWith('.js')) continue;
    const text = read(file);
    const folder = path.posix.dirname(file);
    const imports = named(text, /(?:from|import)\s*["`](\.\/[^"`]+\.js)["`]/g);
    for (const other of imports) wait.push(path.posix.join(folder, other));
  }
  return found;
}

const drawn = overview.flatMap((name) => {
  const later = name.endsWith('.js') ? named(read(`assets/${name}`), /import\(\s*["`]\.\/([^"`]+\.js)["`]\s*\)/g) : [];
  return [name, ...later].map((file) => `assets/${file}`);
});
const files = withImports([...first, ...drawn]);
// The style names the fonts; each page draws Latin letters in two of them.
for (const style of [...files].filter((file) => file.endsWith('.css')))
  for (const font of named(read(style), /url\(\.?\/?([^)"']*latin-wght-normal[^)"']*\.woff2)\)/g))
    files.add(path.posix.join('assets', path.posix.basename(font)));

const size = (file) => {
  const bytes = fs.readFileSync(path.join(dist, file));
  return file.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
};
const sizes = new Map([...files].map((file) => [file, size(file)]));

const faults = [];
for (const { name, of, bytes, files: most } of BUDGET) {
  const some = [...sizes].filter(([file]) => of.test(file));
  const sum = some.reduce((total, [, one]) => total + one, 0);
  const text = `${name.padEnd(12)} ${(sum / kB).toFixed(1).padStart(6)} kB of ${bytes / kB} kB, ${some.length} files of ${most}`;
  console.log(text);
  if (sum > bytes || some.length > most) faults.push(text);
}
for (const fault of faults) console.error(`over the budget: ${fault}`);
if (faults.length > 0) {
  const largest = [...sizes].sort(([, one], [, other]) => other - one).slice(0, 8);
  for (const [file, one] of largest) console.error(`  ${(one / kB).toFixed(1).padStart(6)} kB  ${file}`);
  process.exit(1);
}
