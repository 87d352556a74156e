// From the printed link to an invited member who uses a key: what people do, found by role and label.
//
//   node tests/dashboard/journeys/main.ts GATEWAY-BINARY OUTPUT-FOLDER [SUITE…]
import fs from 'node:fs';
import path from 'node:path';
import { NARROW, WIDE } from '../support/browser.ts';
import { play, type Suite } from '../support/suite.ts';
import { makeWorld } from '../support/world.ts';
import { alerts } from './alerts.ts';
import { circle } from './circle.ts';
import { credit } from './credit.ts';
import { data } from './data.ts';
import { everyDay } from './every-day.ts';
import { firstSteps } from './first-steps.ts';
import { members } from './member.ts';
import { office } from './office.ts';
import { passkeys } from './passkeys.ts';
import { privatePage } from './private-page.ts';
import { providers } from './providers.ts';
import { roles } from './roles.ts';
import { sharing } from './sharing.ts';

const [binary, output] = process.argv.slice(2, 4).map((argument) => path.resolve(argument));
const wanted = process.argv.slice(4);
if (binary === undefined || output === undefined) {
  console.error('usage: main.ts GATEWAY-BINARY OUTPUT-FOLDER [SUITE…]');
  process.exit(2);
}

const light = { colorScheme: 'light', viewport: WIDE } as const;
const dark = { colorScheme: 'dark', viewport: NARROW } as const;

const suites: Suite[] = [
  {
    name: 'mouse',
    steps: [...firstSteps, ...members, ...alerts, ...office],
    begin: () => makeWorld(binary, path.join(output, 'mouse'), { owner: light, member: dark }),
  },
  {
    name: 'sign-in',
    steps: [...firstSteps.slice(0, 1), ...passkeys, ...providers],
    begin: () => makeWorld(binary, path.join(output, 'sign-in'), { owner: light, member: dark }),
  },
  {
    name: 'private page',
    steps: privatePage(binary),
    begin: () => makeWorld(binary, path.join(output, 'private-page'), { owner: light, member: dark }),
  },
  {
    name: 'roles',
    steps: roles,
    begin: () => makeWorld(binary, path.join(output, 'roles'), { owner: light, member: dark }),
  },
  {
    name: 'credit, by keyboard',
    // They begin with an owner, and a member who redeemed a key.
    steps: [...circle.slice(0, 4), ...credit],
    begin: () => makeWorld(binary, path.join(output, 'credit'), { owner: light, member: dark }),
  },
  {
    name: 'sharing',
    steps: [...firstSteps.slice(0, 1), ...sharing],
    begin: () => makeWorld(binary, path.join(output, 'sharing'), { owner: light, member: dark }),
  },
  {
    name: 'data',
    // They begin with a member who redeemed a key and used it.
    steps: [...circle.slice(0, 5), ...data],
    begin: () => makeWorld(binary, path.join(output, 'data'), { owner: light, member: dark }),
  },
  {
    name: 'every day',
    steps: [...circle.slice(0, 3), ...everyDay],
    begin: () => makeWorld(binary, path.join(output, 'every-day'), { owner: dark, member: light }),
  },
  ...(['light', 'dark'] as const).flatMap((colorScheme) =>
    [WIDE, NARROW].map((viewport): Suite => {
      const name = `keyboard, ${colorScheme}, ${viewport.width.toString()} px`;
      const look = { colorScheme, viewport };
      return {
        name,
        steps: circle,
        begin: () => makeWorld(binary, path.join(output, name.replaceAll(/\W+/g, '-')), { owner: look, member: look }),
      };
    }),
  ),
].filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));

fs.rmSync(output, { recursive: true, force: true });
let passed = 0;
for (const suite of suites) passed += await play(suite);
const all = suites.reduce((sum, { steps }) => sum + steps.length, 0);
console.log(`${passed.toString()} passed, ${(all - passed).toString()} failed`);
process.exitCode = passed === all && all > 0 ? 0 : 1;
