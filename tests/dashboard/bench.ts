// How long the dashboard's questions take with very many usage rows, and how that grows.
//
//   node tests/dashboard/bench.ts GATEWAY-BINARY [ROWS…]      default: 1000000 10000000
//
// Fails when a filter's median is above 300 ms, or ten times the rows make it slower by half.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { until } from '../vscode/support/deadline.ts';
import { Gateway } from '../vscode/support/gateway.ts';

const KEYS = 50;
const DEVICES_EACH = 2;
const DAYS = 365;
const ROUNDS = 21;
const MEDIAN_MS_MAX = 300;
const GROWTH_MAX = 1.5;
/** A question that takes less than this says nothing about growth. */
const NOISE_MS = 20;
const COUNTED_WITHIN_MS = 30 * 60_000;

const MODELS = ['claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-pro', 'codestral', 'gpt-5-mini', 'coder'];
const KINDS = ['completion', 'completion', 'completion', 'chat', 'embedding'];
const REPOSITORIES = Array.from({ length: 20 }, (_, index) => `github.com/example/project-${index}`);
const BRANCHES = ['main', ...Array.from({ length: 30 }, (_, index) => `feature/${index}`)];

const [binary, ...sizes] = process.argv.slice(2);
if (binary === undefined) {
  console.error('usage: bench.ts GATEWAY-BINARY [ROWS…]');
  process.exit(2);
}

const program = path.resolve(binary);

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

/** Writes rows as a year of fifty members would, into a database that no gateway has open. */
function fill(file: string, rows: number): void {
  const database = new DatabaseSync(file);
  const random = randomOf(rows);
  const pick = <T>(of: readonly T[]): T => {
    const one = of[Math.floor(random() * of.length)];
    if (one === undefined) throw new Error('there is nothing to pick from');
    return one;
  };
  const keys = database.prepare('SELECT id FROM token_key').all() as { id: Uint8Array }[];
  const devices = keys.flatMap(({ id }) =>
    Array.from({ length: DEVICES_EACH }, (_, index) => {
      const device = new Uint8Array(id);
      device[15] = index;
      return { key: id, device };
    }),
  );
  const columns =
    'request_id, at, key_id, device_id, kind, model, upstream, upstream_model, input, output, cache_read, ' +
    'cache_write, reasoning, held, cost, variance, estimated, orphan, repository, branch, latency_ms';
  const insert = database.prepare(
    `INSERT INTO usage (${columns}) VALUES (?, ?, ?, ?, ?, ?, 'u', 'm', ?, ?, 0, 0, 0, ?, ?, 0, 0, 0, ?, ?, 100)`,
  );
  const end = Date.now() - 600_000;
  const begin = end - DAYS * 86_400_000;
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  for (let number = 0; number < rows; number += 1) {
    const at = Math.floor(begin + ((end - begin) * number) / rows);
    const { key, device } = pick(devices);
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
      pick(REPOSITORIES),
      pick(BRANCHES),
    );
  }
  database.exec('COMMIT');
  database.close();
}

const QUESTIONS: [name: string, path: string][] = [
  ['the overview', '/overview'],
  ['30 days by day and model', '/usage/summary?groupBy=day&stackBy=model'],
  ['30 days of a model', '/usage/summary?groupBy=day&stackBy=model&model=gpt-5'],
  ['30 days of a repository, by branch', `/usage/summary?groupBy=branch&repository=${REPOSITORIES[3] ?? ''}`],
  ['30 days of a branch, by model', '/usage/summary?groupBy=model&branch=main'],
  ['30 days of chat, by device', '/usage/summary?groupBy=device&kind=chat'],
  ['the newest 200 rows', '/usage?limit=200'],
];

interface Answer {
  name: string;
  median: number;
}

async function measure(rows: number): Promise<Answer[]> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'token-tracker-bench-'));
  const gateway = new Gateway(program, root, '');
  try {
    await gateway.start();
    await gateway.mint('1000.00', '--count', KEYS.toString());
    await gateway.stop();
    const from = Date.now();
    fill(path.join(gateway.dataDir, 'gateway.db'), rows);
    console.log(`${rows} rows are written (${Math.round((Date.now() - from) / 1000)} s)`);
    await gateway.start();
    const started = Date.now();
    await until('the rows to be counted', () => isCounted(gateway.dataDir), COUNTED_WITHIN_MS);
    console.log(`they are counted (${Math.round((Date.now() - started) / 1000)} s)`);
    const answers: Answer[] = [];
    for (const [name, question] of QUESTIONS) answers.push({ name, median: await median(gateway, question) });
    return answers;
  } finally {
    await gateway.stop();
    fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 });
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

async function median(gateway: Gateway, question: string): Promise<number> {
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
  return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
}

const wanted = sizes.length > 0 ? sizes.map(Number) : [1_000_000, 10_000_000];
const measured: Answer[][] = [];
for (const rows of wanted) measured.push(await measure(rows));
const faults: string[] = [];
for (const [index, [name]] of QUESTIONS.entries()) {
  const times = measured.map((answers) => answers[index]?.median ?? 0);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const growth = last / Math.max(first, NOISE_MS);
  console.log(
    `${name.padEnd(40)} ${times.map((time) => `${time.toFixed(1).padStart(8)} ms`).join('')}  ×${growth.toFixed(2)}`,
  );
  if (last > MEDIAN_MS_MAX) faults.push(`${name}: ${last.toFixed(0)} ms`);
  if (growth > GROWTH_MAX) faults.push(`${name} grew ×${growth.toFixed(2)}`);
}
for (const fault of faults) console.error(`too slow: ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);
