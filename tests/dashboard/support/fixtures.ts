// What a gateway would answer, in each state that a page can be in. Numbers come from one seed.

export type State = 'usual' | 'empty' | 'loading' | 'error' | 'much' | 'long';

const NOW = Date.parse('2026-11-19T10:45:00Z');
const DAY = 86_400_000;

export const now = NOW;

/** A small generator, so that each run draws the same pictures. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const id = (kind: number, number: number): string =>
  `0193${kind.toString(16).padStart(4, '0')}-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const at = (ago: number): string => new Date(NOW - ago).toISOString();
const day = (ago: number): string => new Date(NOW - ago * DAY).toISOString().slice(0, 10);
const nano = (dollars: number): string => Math.round(dollars * 1e9).toString();

const LONG = 'Visiting group: Computational Linguistics and Field Recording, winter seminar 2026/27, second batch';
const LONG_MODEL = 'qwen3-next-80b-a3b-instruct-fp8-long-context-2026-10';
const LONG_BRANCH = 'feat/allow-very-long-branch-names-that-people-really-do-use-1184';

const MODELS = [
  'claude-sonnet-4-5',
  'gpt-5',
  'gemini-2.5-pro',
  'codestral',
  'gpt-5-mini',
  'coder',
  'lookup',
  LONG_MODEL,
];
const SHARES = [0.42, 0.22, 0.1, 0.09, 0.07, 0.05, 0, 0.05];
const BRANCHES = ['fix/settle-race', 'main', 'feat/gauges', LONG_BRANCH];

const member = (state: State) => ({
  id: id(1, 1),
  name: state === 'long' ? 'Anastasia-Theodora van der Konstantinidis-Meer (exchange)' : 'Mira K.',
  email: 'mira@example.net',
  role: 'owner',
  hasPassword: true,
  createdAt: at(80 * DAY),
  disabledAt: null,
  lastSeenAt: at(1000),
  teamId: null,
  limits: {},
});

const session = (state: State) => ({
  member: member(state),
  session: {
    id: id(2, 1),
    createdAt: at(3_600_000),
    seenAt: at(1000),
    endsAt: at(-7 * DAY),
    idleEndsAt: at(-3_600_000),
    stepUpUntil: null,
    client: 'Chromium 143 on Linux',
    address: '192.0.2.7',
    current: true,
  },
  stepUpFree: false,
  hasPasskey: state !== 'empty',
});

const PROVIDERS = [
  { name: 'company', label: 'Company login' },
  { name: 'github', label: 'GitHub' },
];

const identities = (state: State) =>
  state === 'empty'
    ? []
    : [
        {
          id: id(12, 1),
          provider: PROVIDERS[0],
          account:
            state === 'long'
              ? 'anastasia-theodora.van-der-konstantinidis-meer@engineering.example.net'
              : 'mira@example.net',
          createdAt: at(60 * DAY),
          lastUsedAt: at(2 * 3_600_000),
        },
      ];

const passkeys = (state: State) =>
  state === 'empty'
    ? []
    : [
        {
          id: id(11, 1),
          name: state === 'long' ? 'The security key with the blue ribbon that lies in the second drawer' : 'MacBook',
          host: 'localhost',
          worksHere: true,
          synced: true,
          createdAt: at(40 * DAY),
          lastUsedAt: at(3_600_000),
        },
        {
          id: id(11, 2),
          name: 'Security key',
          host:
            state === 'long'
              ? 'token-tracker.engineering.a-rather-long-company-name.example.net'
              : 'tokens.example.net',
          worksHere: false,
          synced: false,
          createdAt: at(12 * DAY),
          lastUsedAt: null,
        },
      ];

function balance(state: State) {
  if (state === 'empty')
    return {
      availableNanoUsd: '0',
      heldNanoUsd: '0',
      grantedNanoUsd: '0',
      spentNanoUsd: '0',
      display: '$0.00',
      lots: [],
    };
  const factor = state === 'much' ? 100_000n : 1n;
  const amount = (text: string) => (BigInt(text) * factor).toString();
  const lot = (number: number, left: string, held: string, of: string, expires: number | null) => ({
    id: id(3, number),
    keyLast4: number === 1 ? '3D8F' : '7RV0',
    availableNanoUsd: amount(left),
    heldNanoUsd: amount(held),
    grantedNanoUsd: amount(of),
    expiresAt: expires === null ? null : at(-expires * DAY),
  });
  return {
    availableNanoUsd: amount('23507739584'),
    heldNanoUsd: amount('184000000'),
    grantedNanoUsd: amount('45000000000'),
    spentNanoUsd: amount('21308260416'),
    display: '$23.50',
    lots: [
      lot(1, '2616000001', '184000000', '20000000000', 11),
      lot(2, '20891739583', '0', '25000000000', state === 'much' ? null : 101),
    ],
  };
}

const usage = (input: number, output: number, cached = 0) => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadTokens: cached,
  cacheWriteTokens: Math.round(cached / 10),
  reasoningTokens: 0,
});

const totals = (requests: number, dollars: number, tokens: number) => ({
  requests,
  usage: usage(Math.round(tokens * 0.27), Math.round(tokens * 0.1), Math.round(tokens * 0.6)),
  costNanoUsd: nano(dollars),
});

/** A cost for each day back from today: busy weeks, quiet weekends. */
function costs(days: number, scale: number): number[] {
  const random = randomOf(7);
  return Array.from({ length: days }, (_, ago) => {
    const weekday = new Date(NOW - ago * DAY).getUTCDay();
    const base = random();
    const quiet = weekday === 0 || weekday === 6;
    if (quiet && base < 0.7) return 0;
    return Math.round((quiet ? base * 0.3 : 0.3 + base * 1.6) * scale * 1e6) / 1e6;
  });
}

const scaleOf = (state: State): number => (state === 'much' ? 19_000 : 1);

function overview(state: State) {
  const scale = scaleOf(state);
  const all = state === 'empty' ? [] : costs(364, scale);
  const days = all
    .map((cost, ago) => ({ day: day(ago), requests: Math.ceil(cost * 200), tokens: Math.round(cost * 1.3e6), cost }))
    .filter(({ cost }) => cost > 0)
    .reverse();
  const used = days.map(({ cost, ...rest }) => ({ ...rest, costNanoUsd: nano(cost) }));
  const dearest = [...used].sort((one, other) => Number(other.costNanoUsd) - Number(one.costNanoUsd))[0];
  const month = all.slice(0, 19).reduce((sum, cost) => sum + cost, 0);
  let left = 23.5 * scale;
  const history = all.slice(0, 29).map((cost, ago) => {
    const end = { day: day(ago), availableNanoUsd: nano(left) };
    left += cost - (ago === 18 ? 20 * scale : 0);
    return end;
  });
  const models = MODELS.slice(0, 7).map((model, index) => ({
    group: state === 'long' ? `${model}-${LONG_MODEL}` : model,
    stack: null,
    ...totals(Math.round(4000 * (SHARES[index] ?? 0)), month * (SHARES[index] ?? 0), 2e7 * (SHARES[index] ?? 0)),
  }));
  return {
    today: day(0),
    timeZone: 'Europe/Berlin',
    soFarToday: state === 'empty' ? totals(0, 0, 0) : totals(214 * scale, 0.7227 * scale, 1_284_310 * scale),
    thisMonth: state === 'empty' ? totals(0, 0, 0) : totals(4112 * scale, month, 21_904_112 * scale),
    monthBefore: state === 'empty' ? totals(0, 0, 0) : totals(4000 * scale, month * 1.06, 2e7 * scale),
    models: state === 'empty' ? [] : models,
    activity: {
      days: used,
      activeDays: used.length,
      longestRunDays: state === 'empty' ? 0 : 12,
      dearest: dearest ?? null,
      usualDayNanoUsd: state === 'empty' ? '0' : nano(0.98 * scale),
    },
    outlook:
      state === 'empty'
        ? null
        : {
            history: history.reverse(),
            perDayNanoUsd: nano(0.91 * scale),
            runsOut: { on: day(-26), from: day(-22), to: day(-30) },
            because: null,
          },
  };
}

function row(number: number, state: State) {
  const random = randomOf(number * 97 + 5);
  const model = state === 'long' ? LONG_MODEL : (MODELS[Math.floor(random() * 6)] ?? 'coder');
  const input = Math.round(random() * 18_000) + 40;
  const output = Math.round(random() * 2_000) + 5;
  return {
    requestId: id(9, 1_000_000 - number),
    at: at(number * 41_000 + Math.round(random() * 30_000)),
    deviceId: id(4, 1 + (number % 3)),
    keyId: id(3, 1),
    kind: number % 3 === 0 ? 'chat' : number % 7 === 0 ? 'embedding' : 'completion',
    model,
    upstream: 'anthropic-main',
    upstreamModel: model,
    providerResponseId: null,
    usage: usage(input, output, number % 3 === 0 ? input * 2 : 0),
    costNanoUsd: Math.round(input * 3_000 + output * 15_000).toString(),
    estimated: number % 11 === 4,
    orphan: false,
    repository: 'github.com/example/token-tracker',
    branch: state === 'long' ? LONG_BRANCH : (BRANCHES[Math.floor(random() * 3)] ?? 'main'),
    language: 'rust',
    clientRequestId: null,
    latencyMs: Math.round(80 + random() * 6_000),
  };
}

function rows(state: State, query: URLSearchParams) {
  const all = state === 'empty' ? 0 : state === 'much' ? 10_412_877 : 5_812;
  const limit = Number(query.get('limit') ?? 100);
  const before = query.get('before');
  const first = before ? 1_000_000 - parseInt(before.slice(-12), 16) + 1 : 0;
  const shown = Array.from({ length: Math.max(0, Math.min(limit, all - first)) }, (_, index) =>
    row(first + index, state),
  );
  return {
    rows: shown,
    totals: state === 'empty' ? totals(0, 0, 0) : totals(all, 23.82 * scaleOf(state), 31_204_881 * scaleOf(state)),
    next: first + shown.length < all ? (shown.at(-1)?.requestId ?? null) : null,
  };
}

const NAMES: Record<string, (index: number, state: State) => string> = {
  model: (index, state) => (state === 'long' ? `${MODELS[index] ?? ''}-${LONG_MODEL}` : (MODELS[index] ?? 'other')),
  kind: (index) => ['chat', 'completion', 'embedding'][index % 3] ?? 'chat',
  device: (index) => id(4, 1 + (index % 3)),
  key: (index) => id(3, 1 + (index % 4)),
  repository: (index) => ['github.com/example/token-tracker', 'github.com/example/thesis', ''][index % 3] ?? '',
  branch: (index) => BRANCHES[index % 4] ?? 'main',
};

function summary(state: State, query: URLSearchParams) {
  const to = query.get('to') ?? day(0);
  const from = query.get('from') ?? day(29);
  const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
  const offset = Math.round((Date.parse(day(0)) - Date.parse(to)) / DAY);
  const each = state === 'empty' ? [] : costs(count + offset, scaleOf(state)).slice(offset);
  const groupBy = query.get('groupBy') ?? 'day';
  const stackBy = query.get('stackBy');
  const all = each.reduce((sum, cost) => sum + cost, 0);
  const parts = (cost: number, group: string | null, by: string) =>
    SHARES.map((share, index) => ({ name: NAMES[by]?.(index, state) ?? '', cost: cost * share }))
      .filter((part) => part.cost > 0)
      .map((part) => ({
        group: group ?? part.name,
        stack: group === null ? null : part.name,
        ...totals(Math.ceil(part.cost * 240), part.cost, part.cost * 1.3e6),
      }));
  const byDay = () =>
    each
      .map((cost, index) => ({ cost, day: new Date(Date.parse(to) - index * DAY).toISOString().slice(0, 10) }))
      .reverse()
      .flatMap((one) =>
        stackBy
          ? parts(one.cost, one.day, stackBy)
          : one.cost > 0
            ? [{ group: one.day, stack: null, ...totals(Math.ceil(one.cost * 240), one.cost, one.cost * 1.3e6) }]
            : [],
      );
  const merged = new Map<string, ReturnType<typeof parts>[number]>();
  for (const part of groupBy === 'day' ? [] : parts(all, null, groupBy))
    if (!merged.has(part.group)) merged.set(part.group, part);
  return {
    from,
    to,
    today: day(0),
    timeZone: 'Europe/Berlin',
    rows: groupBy === 'day' ? byDay() : [...merged.values()],
    totals: state === 'empty' ? totals(0, 0, 0) : totals(5812 * scaleOf(state), all, 31_204_881 * scaleOf(state)),
    leftOut: 0,
  };
}

const running = (state: State) =>
  state === 'empty'
    ? []
    : Array.from({ length: state === 'much' ? 40 : 3 }, (_, index) => ({
        requestId: id(12, index + 1),
        at: at((index + 1) * 1_700),
        deviceId: id(4, 1 + (index % 3)),
        keyId: id(3, 1 + (index % 4)),
        kind: index % 2 === 0 ? 'chat' : 'completion',
        model: state === 'long' ? LONG_MODEL : (MODELS[index % 6] ?? 'coder'),
        upstream: 'anthropic-main',
        repository: 'github.com/example/token-tracker',
        branch: index === 2 ? null : state === 'long' ? LONG_BRANCH : (BRANCHES[index % 3] ?? 'main'),
        heldNanoUsd: nano(0.0184 + index * 0.031),
      }));

const BILLED = ['matches', 'matches', 'differs', 'notToldYet', 'onlyBilled', 'onlyMetered'] as const;

const reconciliation = (state: State, query: URLSearchParams) => ({
  since: query.get('since') ?? day(7),
  until: query.get('until') ?? day(-1),
  lines:
    state === 'empty'
      ? []
      : Array.from({ length: state === 'much' ? 400 : 18 }, (_, index) => {
          const kind = index < 3 ? 'notToldYet' : (BILLED[index % 6] ?? 'matches');
          const cost = 0.3 + (index % 5) * 1.7;
          const metered =
            kind === 'onlyBilled'
              ? null
              : { requests: 40 + index, inputTokens: 81_000, outputTokens: 9_100, costNanoUsd: nano(cost) };
          const off = kind === 'differs' ? 0.21 : 0;
          const billed =
            kind === 'notToldYet' || kind === 'onlyMetered'
              ? null
              : { requests: null, inputTokens: 81_000, outputTokens: 9_100, costNanoUsd: nano(cost + off) };
          return {
            day: day(Math.floor(index / 3)),
            upstream: ['anthropic-main', 'openai-eu', 'gemini-main'][index % 3],
            model: state === 'long' ? LONG_MODEL : (MODELS[index % 3] ?? 'coder'),
            metered,
            billed,
            difference: metered && billed ? { inputTokens: 0, outputTokens: 0, costNanoUsd: nano(off) } : null,
            state: kind,
          };
        }),
  sources:
    state === 'empty'
      ? []
      : [
          { upstream: 'anthropic-main', kind: 'provider', readAt: at(1_800_000), problem: null },
          {
            upstream: 'openai-eu',
            kind: 'provider',
            readAt: at(9 * 3_600_000),
            problem: 'The billing key was refused. Store another one; an admin key with the right to read usage.',
          },
          { upstream: 'gemini-main', kind: 'file', readAt: at(3 * DAY), problem: null },
          { upstream: 'openrouter', kind: 'noKey', readAt: null, problem: null },
        ],
});

/** A charge line by line; the price of an answer in the fixtures is $3 in, $0.30 cached, $15 out. */
function priced(row: {
  usage: { inputTokens: number; outputTokens: number; cacheReadTokens: number };
  costNanoUsd: string;
}) {
  const { inputTokens, outputTokens, cacheReadTokens } = row.usage;
  const line = (of: string, count: number, price: number) => ({
    of,
    tokens: count,
    priceNanoUsd: nano(price),
    amountNanoUsd: Math.floor(count * price * 1000).toString(),
  });
  const lines = [
    line('input', inputTokens, 3),
    line('cacheRead', cacheReadTokens, 0.3),
    line('output', outputTokens, 15),
  ].filter(({ tokens: count }) => count > 0);
  const sum = lines.reduce((all, { amountNanoUsd }) => all + Number(amountNanoUsd), 0);
  const factor = Math.floor(sum / 4);
  return {
    cost: (sum + factor + 1).toString(),
    price: { lines, multiplier: '1.25', multiplierNanoUsd: factor.toString(), otherNanoUsd: '1' },
  };
}

function detail(state: State) {
  const found = row(3, state);
  const { cost, price } = priced(found);
  return {
    ...found,
    costNanoUsd: cost,
    priceVersion: 'genai-prices 2026-11-02 9c3e55ad',
    heldNanoUsd: nano(0.184),
    varianceNanoUsd: '0',
    price,
  };
}

const KEYS: [string, string, number, number, number, number | null, number, number][] = [
  ['Winter seminar 2026/27', 'unredeemed', 5, 0, 0, 72, 0, 3],
  ['Thesis grant, Mira', 'active', 25, 4.11, 0, 101, 2, 3],
  ['Jonas, second laptop', 'active', 10, 9.34, 0.04, 42, 1, 1],
  ['Code review bot', 'exhausted', 50, 50, 0, null, 2, 5],
  ['Open day demo', 'active', 5, 1.6, 0, 1.2, 1, 1],
  [LONG, 'active', 200, 86.3, 1.2, 132, 11, 20],
  ['Summer school', 'expired', 18.21, 12, 0, -80, 0, 2],
  ['Lost on the train', 'revoked', 0.62, 0.2, 0, null, 0, 1],
];

function keys(state: State) {
  if (state === 'empty') return [];
  const count = state === 'much' ? 240 : KEYS.length;
  return Array.from({ length: count }, (_, index) => {
    const [label, kind, granted, spent, held, expires, enrolled, devices] = KEYS[index % KEYS.length] ??
      KEYS[0] ?? ['', 'active', 0, 0, 0, null, 0, 0];
    return {
      id: id(3, index + 1),
      last4: ['594B', '3D8F', '7RV0', 'NXT4', '2M8E', '81ZD', 'B3CA', 'VJ6H'][index % 8],
      label: state === 'long' ? `${LONG}, ${label}` : state === 'much' ? `${label} ${(index + 1).toString()}` : label,
      state: kind,
      grantedNanoUsd: nano(granted * (state === 'much' ? 1000 : 1)),
      spentNanoUsd: nano(spent * (state === 'much' ? 1000 : 1)),
      heldNanoUsd: nano(held),
      availableNanoUsd: nano((granted - spent) * (state === 'much' ? 1000 : 1) - held),
      models: index % 2 === 0 ? ['coder', 'codestral', 'gpt-5-mini'] : null,
      devices,
      devicesEnrolled: enrolled,
      strict: false,
      createdAt: at((index + 2) * 3 * DAY),
      expiresAt: expires === null ? null : at(-expires * DAY),
      allowance:
        index % 8 === 2 ? { amountNanoUsd: nano(10), every: 'month', carryOver: true, nextAt: at(-12 * DAY) } : null,
      memberId: index < 6 ? id(1, 1 + (index % 4)) : null,
      rpm: null,
      tpm: null,
      streams: null,
      spendPerDayNanoUsd: null,
      spendPerMonthNanoUsd: null,
    };
  });
}

const DEVICES: [string, string, string, string, number | null, number | null][] = [
  ['desk-linux', 'Linux', 'VS Code', '1.139', 20_000, null],
  ['thesis-laptop', 'macOS', 'VS Code', '1.139', 2 * 3_600_000, null],
  ['ci-runner-eu-central-production-03.internal.robotics', 'Linux', 'OpenAI SDK', '', 300_000, null],
  ['old-tablet', 'Android', 'web', '', 41 * DAY, null],
  ['loaner-07', 'Windows', 'Neovim', '', 11 * DAY, 11 * DAY],
];

function devices(state: State) {
  if (state === 'empty') return [];
  const count = state === 'much' ? 120 : DEVICES.length;
  return Array.from({ length: count }, (_, index) => {
    const [name, os, client, version, seen, revoked] = DEVICES[index % DEVICES.length] ?? ['', '', '', '', null, null];
    return {
      id: id(4, index + 1),
      name: state === 'long' ? `${name}-of-${LONG}` : name,
      keyId: id(3, 1),
      credentialLast4: 'k9Qw',
      client: { os, client, version: version === '' ? null : version },
      createdAt: at((index + 20) * DAY),
      lastSeenAt: seen === null ? null : at(seen),
      revokedAt: revoked === null ? null : at(revoked),
      current: index === 0,
      addresses:
        index === 3
          ? []
          : [
              {
                network: index === 2 ? 'this machine' : `198.51.${(100 + index).toString()}.0/24`,
                firstAt: at((index + 1) * 2 * DAY),
                lastAt: at(seen ?? 0),
              },
              ...(index === 1
                ? [
                    { network: '203.0.113.0/24', firstAt: at(40 * DAY), lastAt: at(5 * DAY) },
                    { network: '2001:db8:7::/48', firstAt: at(60 * DAY), lastAt: at(41 * DAY) },
                  ]
                : []),
            ],
      running: index === 0 ? 2 : 0,
      formerUntil: null,
    };
  });
}

const models = (state: State) =>
  state === 'empty'
    ? []
    : MODELS.map((model, index) => ({
        id: model,
        capabilities: index % 2 === 0 ? ['chat', 'tools', 'vision'] : ['chat', 'completion'],
        contextWindow: index === 6 ? null : 200_000,
        pricing:
          index === 7
            ? null
            : {
                inputNanoUsd: nano([3, 1.25, 1.25, 0.3, 0.25, 0.02, 0][index] ?? 0),
                outputNanoUsd: nano([15, 10, 10, 0.9, 2, 0.04, 0][index] ?? 0),
                cacheReadNanoUsd: nano([0.3, 0.125, 0.31, 0.3, 0.025, 0.02, 0][index] ?? 0),
                cacheWriteNanoUsd: nano([3.75, 1.25, 1.25, 0.3, 0.25, 0.02, 0][index] ?? 0),
              },
      }));

const upstreams = (state: State) =>
  state === 'empty'
    ? []
    : ['anthropic-main', 'openai-eu', 'gemini-main', state === 'long' ? LONG.replaceAll(/\W+/g, '-') : 'lab-gpu-1'].map(
        (name, index) => ({
          name,
          provider: ['anthropic', 'openai', 'gemini', 'openai-compatible'][index],
          secretLast4: index === 3 ? null : ['k9Qw', 'x81P', 'h2Lm'][index],
          isAdded: index > 1,
        }),
      );

const routes = (state: State) => ({
  models: models(state).map(({ id: model, pricing }, index) => ({
    model,
    origin: index === 6 ? 'builtIn' : index % 3 === 1 ? 'found' : 'configuration',
    routes: (index % 6 === 0 && index < 6
      ? ['anthropic-main', 'lab-gpu-1']
      : [['openai-eu', 'gemini-main'][index % 2] ?? '']
    ).map((upstream, place) => ({
      upstream: index === 6 ? 'builtin' : upstream,
      upstreamModel: model,
      weight: 3 - place * 2,
      multiplier: index === 3 ? '1.25' : '1',
      pricing,
      priceVersion: pricing && index !== 6 ? `genai-prices 2026-11-02 ${(0x9c3e55aa + index).toString(16)}` : null,
    })),
    standsFor: [],
  })),
  upstreams: upstreams(state).map(({ name }, index) => ({
    upstream: name,
    state: (['well', 'failing', 'well', 'resting'] as const)[index] ?? 'well',
    failures: [0, 2, 0, 7][index] ?? 0,
    restsForMs: index === 3 ? 14_000 : null,
    lastErrorAt: index === 0 ? null : at(index * 400_000),
    lastErrorStatus: [null, 503, 429, null][index] ?? null,
    answers: index === 2 ? 0 : 4_112 * (index + 1),
    firstByteMsP50: index === 2 ? null : 380 + index * 90,
    firstByteMsP95: index === 2 ? null : 1_420 + index * 300,
  })),
});

const PEOPLE = [
  'Mira K.',
  'Jonas W.',
  'Priya S.',
  'Anastasia-Theodora van der Konstantinidis-Meer (exchange)',
  'Ansel T.',
  'Owen D.',
];

const members = (state: State) =>
  state === 'empty'
    ? [member(state)]
    : Array.from({ length: state === 'much' ? 50 : PEOPLE.length }, (_, index) => ({
        ...member(state),
        id: id(1, index + 1),
        name: PEOPLE[index % PEOPLE.length],
        email: index % 3 === 2 ? null : `person${(index + 1).toString()}@example.net`,
        role: index === 0 ? 'owner' : index === 1 ? 'admin' : index === 4 ? 'viewer' : 'member',
        disabledAt: index === 5 ? at(3 * DAY) : null,
        lastSeenAt: index === 3 ? null : at(index * 7 * 3_600_000 + 1000),
        teamId: index % 6 === 0 || index % 6 === 4 ? null : id(10, 1 + (index % 2)),
        limits: index % 6 === 1 ? { spendPerMonthNanoUsd: nano(40) } : {},
      }));

const teams = (state: State) =>
  state === 'empty'
    ? []
    : ['Robotics course', 'Field recording group'].map((name, index) => ({
        id: id(10, index + 1),
        name: state === 'long' ? `${LONG}, ${name}` : name,
        createdAt: at(60 * DAY),
        pool: {
          keyId: id(11, index + 1),
          grantedNanoUsd: nano([312.4, 112.5][index] ?? 0),
          spentNanoUsd: '0',
          heldNanoUsd: '0',
          availableNanoUsd: nano([312.4, 112.5][index] ?? 0),
        },
        allowance:
          index === 0 ? { amountNanoUsd: nano(40), every: 'month', carryOver: false, nextAt: at(-12 * DAY) } : null,
      }));

const invitations = (state: State) =>
  state === 'empty'
    ? []
    : [
        {
          id: id(5, 1),
          role: 'member',
          name: 'Lin Z.',
          email: 'lin@example.net',
          state: 'open',
          createdAt: at(DAY),
          expiresAt: at(-6 * DAY),
        },
        {
          id: id(5, 2),
          role: 'viewer',
          name: null,
          email: null,
          state: 'accepted',
          createdAt: at(9 * DAY),
          expiresAt: at(2 * DAY),
        },
      ];

const ACTS: [string, string, unknown, unknown][] = [
  ['upstream.secret', 'openai-eu', { last4: 'h2Lm' }, { last4: 'x81P' }],
  ['key.claim', 'key …7RV0', null, { memberId: 'Jonas W.' }],
  ['key.mint', '24 keys, Winter seminar 2026/27', null, { credit: '$120.00' }],
  ['member.change', 'Priya S.', { role: 'viewer' }, { role: 'member' }],
  ['session.start', '', null, null],
];

const audit = (state: State) => ({
  entries:
    state === 'empty'
      ? []
      : Array.from({ length: state === 'much' ? 50 : 10 }, (_, index) => {
          const [action, target, before, after] = ACTS[index % ACTS.length] ?? ['', '', null, null];
          return {
            number: 48_112 - index,
            id: id(6, index),
            at: at(index * 1_900_000),
            actor: { kind: 'member', id: id(1, 1), name: PEOPLE[index % 3] },
            action,
            target: state === 'long' ? LONG : target,
            before,
            after,
            requestId: null,
            peer: '192.0.2.7',
            hash: (0x8f3a90c1 + index * 7919).toString(16).repeat(8),
          };
        }),
  next: state === 'much' ? 48_062 : null,
});

const tokens = (state: State) =>
  state === 'empty'
    ? []
    : [
        {
          id: id(7, 1),
          name: state === 'long' ? LONG : 'nightly report',
          last4: 'q2Xw',
          scopes: ['read', 'usage:read'],
          createdAt: at(20 * DAY),
          expiresAt: at(-70 * DAY),
          lastUsedAt: at(9 * 3_600_000),
          revokedAt: null,
        },
      ];

const TOLD: [kind: string, subject: string, name: string, title: string, detail: string, state: string, ago: number][] =
  [
    [
      'serviceDown',
      'upstream',
      'gemini-main',
      'gemini-main has not answered for 5 min',
      'Every request to it since 08:31 CET failed. Models with another route are served there; look at the service’s own status page, and at its key.',
      'open',
      3 * 3_600_000,
    ],
    [
      'unusualActivity',
      'key',
      'ci-runner',
      'ci-runner has used 23 times its usual tokens today',
      '1284310 tokens so far; 55839 are usual on a Thursday, by the last four weeks. If nobody knows why, revoke the device that did it.',
      'open',
      43 * 60_000,
    ],
    [
      'approachingLimit',
      'key',
      'Laptop of Jonas',
      'Laptop of Jonas has used 84% of $25.00',
      '$4.00 of $25.00 is left. Give the key more credit before requests are refused.',
      'acknowledged',
      18 * 3_600_000,
    ],
    [
      'limitExceeded',
      'key',
      'ci-bot',
      'ci-bot has used all of its $10.00',
      '$0.00 of $10.00 is left. Give the key more credit, or hand out another one.',
      'resolved',
      2 * DAY,
    ],
    [
      'highDailyCost',
      'gateway',
      'The gateway',
      '$31.20 spent today, the line is $25.00',
      'Usage shows which models, devices and repositories it went to. A limit for a day stops it; this alert does not.',
      'resolved',
      5 * DAY,
    ],
    [
      'variance',
      'upstream',
      'openai-eu',
      '1 request to openai-eu cost $0.0003 more than was held',
      'No key paid for it: the house did. It means that the provider does not keep the limit that it was given, or that its price changed.',
      'resolved',
      10 * DAY,
    ],
  ];

const delivery = (number: number, ago: number, problem: string | null) => ({
  channelId: id(11, number),
  channel: number === 1 ? 'email' : 'webhook',
  name: number === 1 ? 'On call' : 'Pager',
  state: problem === null ? 'delivered' : 'waiting',
  attempts: problem === null ? 1 : 2,
  nextAt: problem === null ? null : at(-40_000),
  deliveredAt: problem === null ? at(ago) : null,
  problem,
});

function alerts(state: State, query: URLSearchParams) {
  const many = state === 'empty' ? 0 : state === 'much' ? 50 : TOLD.length;
  const all = Array.from({ length: many }, (_, index) => {
    const [kind, subject, name, title, detail, of, ago] = TOLD[index % TOLD.length] ?? ['', '', '', '', '', '', 0];
    const long = (text: string) => (state === 'long' ? text.replace(name, LONG) : text);
    const raised = ago + index * 60_000;
    return {
      id: id(10, 1000 - index),
      kind,
      state: of,
      subject: { kind: subject, id: id(3, index + 1), name: long(name) },
      title: long(title),
      detail,
      raisedAt: at(raised),
      acknowledgedAt: of === 'acknowledged' ? at(raised - 60_000) : null,
      acknowledgedBy: of === 'acknowledged' ? 'Jonas W.' : null,
      resolvedAt: of === 'resolved' ? at(raised - 3 * 3_600_000) : null,
      resolvedBy: kind === 'highDailyCost' ? member(state).name : null,
      memberId: null,
      deliveries: [delivery(1, raised, null), delivery(2, raised, index === 0 ? 'It answered with status 502.' : null)],
    };
  });
  const wanted = all.filter((one) => query.get('state') === null || one.state === query.get('state'));
  return {
    alerts: wanted,
    next: state === 'much' ? id(10, 1) : null,
    open: all.filter((one) => one.state === 'open').length * (state === 'much' ? 12 : 1),
  };
}

const rule = (kind: string, figures: object, scope: object = {}) => ({
  id: null,
  kind,
  scope: 'gateway',
  scopeId: null,
  scopeName: null,
  enabled: true,
  percent: null,
  amountNanoUsd: null,
  minutes: null,
  tokens: null,
  ...figures,
  ...scope,
});

const alertRules = (state: State) => ({
  rules: [
    rule('approachingLimit', { percent: 80 }),
    rule('limitExceeded', {}),
    rule('highDailyCost', { amountNanoUsd: nano(25) }),
    rule('serviceDown', { minutes: 5 }),
    rule('unusualActivity', { percent: 200, tokens: 10_000 }),
    rule('variance', { amountNanoUsd: '0', enabled: state !== 'empty' }),
    ...(state === 'empty'
      ? []
      : Array.from({ length: state === 'much' ? 40 : 2 }, (_, index) =>
          rule(
            index % 2 === 0 ? 'highDailyCost' : 'approachingLimit',
            index % 2 === 0 ? { amountNanoUsd: nano(5) } : { percent: 95 },
            {
              id: id(12, index),
              scope: index % 2 === 0 ? 'member' : 'key',
              scopeId: id(1, index),
              scopeName: state === 'long' ? LONG : index % 2 === 0 ? 'Priya S.' : 'ci-bot',
            },
          ),
        )),
  ],
  quietHours: { enabled: state !== 'empty', from: '22:00', until: '07:00', urgentPass: true },
  timeZone: 'Europe/Berlin',
});

const channels = (state: State) => ({
  channels:
    state === 'empty'
      ? []
      : Array.from({ length: state === 'much' ? 30 : 2 }, (_, index) => ({
          id: id(11, index + 1),
          kind: index % 2 === 0 ? 'email' : 'webhook',
          name: state === 'long' ? LONG : index % 2 === 0 ? 'On call' : 'Pager',
          enabled: index !== 7,
          to: index % 2 === 0 ? ['mira@example.net', 'ops@example.net'] : [],
          url: index % 2 === 0 ? null : 'https://ops.example.net/hook',
          createdAt: at(30 * DAY),
          last: delivery((index % 2) + 1, 3 * 3_600_000, index % 2 === 0 ? null : 'It answered with status 502.'),
        })),
  emailFrom: state === 'empty' ? null : 'Token Tracker <tokens@example.net>',
});

/** The answer to a GET, or nothing where there is none. */
export function answerOf(path: string, query: URLSearchParams, state: State): unknown {
  switch (path) {
    case '/session':
      return session(state);
    case '/sign-in':
      return {
        hasOwner: true,
        password: true,
        passkey: true,
        providers: state === 'empty' ? [] : PROVIDERS,
      };
    case '/balance':
      return { balance: balance(state) };
    case '/overview':
      return overview(state);
    case '/running':
      return { requests: running(state) };
    case '/reconciliation':
      return reconciliation(state, query);
    case '/usage':
      return rows(state, query);
    case '/usage/summary':
      return summary(state, query);
    case '/keys':
      return { keys: keys(state) };
    case '/devices':
      return { devices: devices(state) };
    case '/models':
      return { models: models(state) };
    case '/routes':
      return routes(state);
    case '/upstreams':
      return { upstreams: upstreams(state) };
    case '/members':
      return { members: members(state) };
    case '/teams':
      return { teams: teams(state) };
    case '/invitations':
      return { invitations: invitations(state) };
    case '/sessions':
      return { sessions: [session(state).session] };
    case '/identities':
      return { identities: identities(state) };
    case '/passkeys':
      return { passkeys: passkeys(state) };
    case '/tokens':
      return { tokens: tokens(state) };
    case '/alerts':
      return alerts(state, query);
    case '/settings':
      return {
        timeZone: 'Europe/Berlin',
        timeZoneOfFile: 'UTC',
        isTimeZoneChosen: true,
        usageDays: state === 'empty' ? null : 400,
        usageDaysMin: 35,
        usageKeptFrom: state === 'much' ? at(400 * DAY) : null,
        alertDays: 30,
      };
    case '/alerts/rules':
      return alertRules(state);
    case '/alerts/channels':
      return channels(state);
    case '/audit':
      return audit(state);
    default:
      return path.startsWith('/usage/') ? detail(state) : undefined;
  }
}

export const minted = {
  gatewayUrl: 'https://gateway.example.net',
  keys: Array.from({ length: 24 }, (_, index) => ({
    id: id(3, 500 + index),
    key: `TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C59${(10 + index).toString()}`,
    creditNanoUsd: nano(5),
    models: ['coder', 'codestral', 'gpt-5-mini'],
    devices: 3,
    expiresAt: at(-72 * DAY),
  })),
};
