// From the printed link to an invited member who uses a key: what people do, found by role and label.
//
//   node tests/dashboard/journeys/main.ts GATEWAY-BINARY OUTPUT-FOLDER
import path from 'node:path';
import { makeWorld, type World } from '../support/world.ts';
import { firstSteps } from './first-steps.ts';
import { members } from './member.ts';
import { office } from './office.ts';

const steps: [name: string, run: (world: World) => Promise<void>][] = [...firstSteps, ...members, ...office];

const [binary, output] = process.argv.slice(2).map((argument) => path.resolve(argument));
if (binary === undefined || output === undefined) {
  console.error('usage: main.ts GATEWAY-BINARY OUTPUT-FOLDER');
  process.exit(2);
}
const world = await makeWorld(binary, output);
let passed = 0;
try {
  for (const [name, run] of steps) {
    const from = Date.now();
    try {
      await run(world);
      passed += 1;
      console.log(`ok      ${name} (${Date.now() - from} ms)`);
    } catch (error) {
      console.log(`FAILED  ${name}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      await world.owner.page.screenshot({ path: path.join(output, 'failed-owner.png') });
      await world.member.page.screenshot({ path: path.join(output, 'failed-member.png') });
      console.log(world.gateway.log.slice(-2000));
      // Each step stands on the ones before it.
      break;
    }
  }
} finally {
  await world.close();
}
console.log(`${passed} passed, ${steps.length - passed} failed`);
process.exitCode = passed === steps.length ? 0 : 1;
