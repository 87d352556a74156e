// How long the dashboard takes with very many usage rows, and how that grows.
//
//   node tests/dashboard/bench.ts GATEWAY-BINARY [--keep FOLDER] [--only fill|count|ask] [ROWS…]
//
// ROWS: 1000000 10000000 if not given. With --keep what was filled and counted stays in FOLDER and is
// used again; --only does one of the three parts there, so that a long run can be made in pieces.
// Fails when a filter's median is above 300 ms, the overview is not interactive within a second, or
// ten times the rows make one of them slower by half.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { until } from '../vscode/support/deadline.ts';
import { Gateway } from '../vscode/support/gateway.ts';
import { openBrowser, WIDE } from './support/browser.ts';

const KEYS = 50;
const DEVICES_EACH = 2;
const DAYS = 365;
const ROUNDS = 21;
const MEDIAN_MS_MAX = 300;
const INTERACTIVE_MS_MAX = 1000;
const LOADS = 7;
const GROWTH_MAX = 1.5;
/** A question that takes less than this says nothing about growth. */
const NOISE_MS = 20;
const COUNTED_WITHIN_MS = 30 * 60_000;

const MODELS = ['claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-pro', 'codestral', 'gpt-5-mini', 'coder'];
const KINDS = ['completion', 'completion', 'completion', 'chat', 'embedding'];
const REPOSITORIES = Array.from({ length: 20 }, (_, index) => `github.com/example/project-${index}`);
const BRANCHES = ['main', ...Array.from({ length: 30 }, (_, index) => `feature/${index}`)];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'string' }, only: { type: 'string' } },
});
const [binary, ...sizes] = positionals;
const parts = ['fill', 'count', 'ask'].filter((part) => (options.only ?? part) === part);
if (binary === undefined || parts.length === 0) {
  console.error('usage: bench.ts GATEWAY-BINARY [--keep FOLDER] [--only fill|count|ask] [ROWS…]');
  process.exit(2);
}

const program = path.resolve(binary);
const run = promisify(execFile);

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function requestId(at: number, number: number): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes.writeUInt16BE(0x7000 | (number % 4096), 6);
  bytes.writeUInt32BE(0x80000000, 8);
  bytes.writeUInt32BE(number, 12);
  return new Uint8Array(bytes);
}

/** Rows in one transaction: what a crash in the middle of ten million would cost. */
const ROWS_AT_ONCE = 500_000;

/** What somebody works on in a day: few repositories, a branch or two of each, a favourite model. */
function placesOf(device: number, day: number): { repository: string; branch: string }[] {
  const random = randomOf(device * 100_003 + Math.floor(day / 3) * 17 + 1);
  return Array.from({ length: 3 }, () => ({
    repository: REPOSITORIES[Math.floor(random() * REPOSITORIES.length)] ?? '',
    branch: BRANCHES[Math.floor(random() * BRANCHES.length)] ?? '',
  }));
}

/** Writes rows as a year of fifty members would, into a database that no gateway has open. */
function fill(file: string, rows: number): void {
  const database = new DatabaseSync(file);
  const random = randomOf(rows);
  const pick = <T>(of: readonly T[]): T => {
    const one = of[Math.floor(random() * of.length)];
    if (one === undefined) throw new Error('there is nothing to pick from');
    return one;
  };
  const devices = devicesIn(database);
  const columns =
    'request_id, at, key_id, device_id, kind, model, upstream, upstream_model, input, output, cache_read, ' +
    'cache_write, reasoning, held, cost, variance, estimated, orphan, repository, branch, latency_ms';
  const insert = database.prepare(
    `INSERT INTO usage (${columns}) VALUES (?, ?, ?, ?, ?, ?, 'u', 'm', ?, ?, 0, 0, 0, ?, ?, 0, 0, 0, ?, ?, 100)`,
  );
  const end = Date.now() - 600_000;
  const begin = end - DAYS * 86_400_000;
  // A file that a power cut spoils is filled anew.
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN');
  for (let number = 0; number < rows; number += 1) {
    if (number % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) database.exec('COMMIT; BEGIN');
    const at = Math.floor(begin + ((end - begin) * number) / rows);
    const one = Math.floor(random() * devices.length);
    const { key, device } = devices[one] ?? pick(devices);
    const { repository, branch } = pick(placesOf(one, Math.floor(at / 86_400_000)));
    const [input, output] = [Math.floor(random() * 8000), Math.floor(random() * 900)];
    const cost = input * 3000 + output * 15000;
    insert.run(
      requestId(at, number),
      at,
      key,
      device,
      pick(KINDS),
      pick(MODELS),
      input,
      output,
      cost,
      cost,
      repository,
      branch,
    );
  }
  database.exec('COMMIT');
  addUp(database);
  database.close();
}

/** Two devices for each key; their rows are there, as they would be. */
function devicesIn(database: DatabaseSync): { key: Uint8Array; device: Uint8Array }[] {
  const keys = database.prepare('SELECT id FROM token_key').all() as { id: Uint8Array }[];
  const insert = database.prepare(
    'INSERT INTO device (id, key_id, mac, last4, name, created_at) VALUES (?, ?, ?, ?, ?, 0)',
  );
  return keys.flatMap(({ id }, place) =>
    Array.from({ length: DEVICES_EACH }, (_, index) => {
      const device = new Uint8Array(id);
      device[15] = index;
      const mac = new Uint8Array(32);
      mac.set(device);
      insert.run(device, id, mac, 'none', `machine ${place}-${index}`);
      return { key: id, device };
    }),
  );
}

/** Lots and entries as the settles of these rows would have left them: `ledger verify` agrees. */
function addUp(database: DatabaseSync): void {
  database.exec(`
    BEGIN;
    CREATE TEMP TABLE used AS SELECT key_id, sum(cost) AS cost FROM usage GROUP BY key_id;
    UPDATE account SET granted = granted + (SELECT cost FROM used WHERE key_id = id),
                       spent = spent + (SELECT cost FROM used WHERE key_id = id) WHERE id IN (SELECT key_id FROM used);
    INSERT INTO entry (id, at, kind, key_id, amount) SELECT randomblob(16), 0, 'grant', key_id, cost FROM used;
    UPDATE token_key SET devices_live = ${DEVICES_EACH};
    COMMIT;`);
}

const QUESTIONS: [name: string, path: string][] = [
  ['the overview', '/overview'],
  ['30 days by day and model', '/usage/summary?groupBy=day&stackBy=model'],
  ['30 days of a model', '/usage/summary?groupBy=day&stackBy=model&model=gpt-5'],
  ['30 days of a repository, by branch', `/usage/summary?groupBy=branch&repository=${REPOSITORIES[3] ?? ''}`],
  ['30 days of a branch, by model', '/usage/summary?groupBy=model&branch=main'],
  ['30 days of chat, by device', '/usage/summary?groupBy=device&kind=chat'],
  ['30 days of a device, by day', '/usage/summary?groupBy=day&deviceId=DEVICE'],
  ['30 days of a key, by model', '/usage/summary?groupBy=model&keyId=KEY'],
  ['12 months by day and model', '/usage/summary?groupBy=day&stackBy=model&from=YEAR'],
  ['the newest 200 rows', '/usage?limit=200'],
  ['the newest 200 rows of a model', '/usage?limit=200&model=gpt-5'],
  ['the newest 200 rows of a branch', '/usage?limit=200&branch=main'],
  ['the newest 200 rows of a device', '/usage?limit=200&deviceId=DEVICE'],
];
const INTERACTIVE = 'the overview is interactive';

interface Answer {
  name: string;
  median: number;
}

async function measure(rows: number): Promise<Answer[]> {
  const kept = options.keep;
  const root =
    kept === undefined ? fs.mkdtempSync(path.join(os.tmpdir(), 'token-tracker-bench-')) : roomFor(kept, rows);
  const gateway = new Gateway(program, root, '');
  const filled = path.join(root, 'filled');
  const seconds = (from: number): number => Math.round((Date.now() - from) / 1000);
  try {
    if (parts.includes('fill') && !fs.existsSync(filled)) {
      await gateway.start();
      await gateway.mint('1000.00', '--count', KEYS.toString(), '--devices', DEVICES_EACH.toString());
      await gateway.stop();
      const from = Date.now();
      fill(path.join(gateway.dataDir, 'gateway.db'), rows);
      fs.writeFileSync(filled, '');
      console.log(`${rows} rows are written (${seconds(from)} s)`);
    }
    if (options.only === 'fill') return [];
    await gateway.start();
    const from = Date.now();
    await until('the rows to be counted', () => isCounted(gateway.dataDir), COUNTED_WITHIN_MS);
    console.log(`they are counted (${seconds(from)} s); on the disk: ${megabytes(gateway.dataDir)}`);
    if (options.only === 'count') return [];
    const answers: Answer[] = [];
    for (const [name, question] of QUESTIONS) answers.push({ name, median: await median(gateway, question) });
    answers.push({ name: INTERACTIVE, median: await interactive(gateway) });
    return answers;
  } finally {
    await gateway.stop();
    if (kept === undefined) fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function roomFor(kept: string, rows: number): string {
  const root = path.join(path.resolve(kept), rows.toString());
  fs.mkdirSync(root, { recursive: true });
  return root;
}

function megabytes(folder: string): string {
  const sizes = fs.readdirSync(folder).filter((name) => name.includes('.db'));
  return sizes.map((name) => `${name} ${Math.round(fs.statSync(path.join(folder, name)).size / 1e6)} MB`).join(', ');
}

/** A session of the owner, as signing in with a one-time link gives it. */
async function ownersCookie(gateway: Gateway): Promise<{ name: string; value: string; url: string }> {
  const { stdout } = await run(program, ['members', 'link', '--json', '--data-dir', gateway.dataDir]);
  const { url: link } = JSON.parse(stdout) as { url: string };
  const answer = await fetch(`${gateway.url}/api/v1/session/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: gateway.url },
    body: JSON.stringify({ link, name: 'Owner', password: 'of no use to anybody else' }),
  });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  if (name === undefined || value === undefined) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  return { name, value, url: gateway.url };
}

/** From the navigation to an overview that has its figures and takes the keyboard, in a real browser. */
async function interactive(gateway: Gateway): Promise<number> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ viewport: WIDE });
    await context.addCookies([await ownersCookie(gateway)]);
    const page = await context.newPage();
    const times: number[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      const from = performance.now();
      await page.goto(`${gateway.url}/`, { waitUntil: 'commit' });
      await page.locator('.figures .figure').first().waitFor();
      // A task of the page's own thread: it is not busy any more.
      await page.evaluate(() => new Promise((done) => requestIdleCallback(() => done(null))));
      times.push(performance.now() - from);
    }
    return middle(times);
  } finally {
    await browser.close();
  }
}

/** The mark of the sums has come to the last row. */
function isCounted(dataDir: string): boolean {
  const last = (file: string, sql: string): string | undefined => {
    const database = new DatabaseSync(path.join(dataDir, file), { readOnly: true });
    const row = database.prepare(sql).get() as { id: string } | undefined;
    database.close();
    return row?.id;
  };
  const counted = last('rollup.db', 'SELECT hex(mark) AS id FROM state');
  return counted === last('gateway.db', 'SELECT hex(request_id) AS id FROM usage ORDER BY request_id DESC LIMIT 1');
}

/** A device, its key and a day a year ago, where a question asks for them. */
function filled(gateway: Gateway, question: string): string {
  const database = new DatabaseSync(path.join(gateway.dataDir, 'gateway.db'), { readOnly: true });
  const uuid = (id: Uint8Array): string =>
    Buffer.from(id)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const row = database.prepare('SELECT id, key_id FROM device ORDER BY id LIMIT 1 OFFSET 7').get() as {
    id: Uint8Array;
    key_id: Uint8Array;
  };
  database.close();
  const year = new Date(Date.now() - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  return question.replace('DEVICE', uuid(row.id)).replace('KEY', uuid(row.key_id)).replace('YEAR', year);
}

async function median(gateway: Gateway, asked: string): Promise<number> {
  const question = filled(gateway, asked);
  const { credential } = JSON.parse(fs.readFileSync(path.join(gateway.dataDir, 'admin.json'), 'utf8')) as {
    credential: string;
  };
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = performance.now();
    const answer = await fetch(`${gateway.url}/api/v1${question}`, {
      headers: { authorization: `Bearer ${credential}` },
    });
    if (!answer.ok) throw new Error(`${question}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    times.push(performance.now() - from);
  }
  return middle(times);
}

function middle(times: number[]): number {
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}

const wanted = sizes.length > 0 ? sizes.map(Number) : [1_000_000, 10_000_000];
const measured: Answer[][] = [];
for (const rows of wanted) measured.push(await measure(rows));
if (!parts.includes('ask')) process.exit(0);
const faults: string[] = [];
for (const { name } of measured[0] ?? []) {
  const times = measured.map((answers) => answers.find((answer) => answer.name === name)?.median ?? 0);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const growth = last / Math.max(first, NOISE_MS);
  console.log(
    `${name.padEnd(40)} ${times.map((time) => `${time.toFixed(1).padStart(8)} ms`).join('')}  ×${growth.toFixed(2)}`,
  );
  if (last > (name === INTERACTIVE ? INTERACTIVE_MS_MAX : MEDIAN_MS_MAX)) faults.push(`${name}: ${last.toFixed(0)} ms`);
  if (growth > GROWTH_MAX) faults.push(`${name} grew ×${growth.toFixed(2)}`);
}
for (const fault of faults) console.error(`too slow: ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);
