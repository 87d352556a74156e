// Runs every journey in one real VS Code, in order, and counts.
//
//   node tests/vscode/journeys/main.ts GATEWAY-BINARY VSIX OUTPUT-FOLDER
import path from 'node:path';
import fs from 'node:fs';
import { chatting } from './chat.ts';
import { completing } from './completion.ts';
import { redeeming, signingOut } from './redeem.ts';
import { secrets } from './secrets.ts';
import { exhaustion, interruptions } from './standing.ts';
import { usageSeen } from './usage.ts';
import { makeWorld, type Case, type World } from '../support/world.ts';

/** Nothing after the first stage makes sense for an editor that is not signed in. */
const stages: Case[][] = [
  redeeming,
  [...completing, ...chatting, ...usageSeen, ...interruptions, ...signingOut, ...exhaustion, ...secrets],
];
const count = stages.flat().length;

async function runCase([name, run]: Case, world: World): Promise<boolean> {
  const from = Date.now();
  try {
    await run(world);
    console.log(`ok      ${name} (${Date.now() - from} ms)`);
    return true;
  } catch (error) {
    console.log(
      `FAILED  ${name} (${Date.now() - from} ms)\n${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
    await keepTraces(name, world);
    return false;
  }
}

/** What a person needs to see why, before the folders are gone. */
async function keepTraces(name: string, { output, workbench, gateway, server }: World): Promise<void> {
  const folder = path.join(output, 'failures', name.replace(/\W+/g, '-'));
  fs.mkdirSync(folder, { recursive: true });
  await workbench.page.screenshot({ path: path.join(folder, 'screen.png') });
  fs.writeFileSync(path.join(folder, 'gateway.log'), gateway.log);
  fs.writeFileSync(path.join(folder, 'console.log'), workbench.consoleLines.join('\n'));
  fs.cpSync(path.join(server.folders.userData, 'logs'), path.join(folder, 'editor-logs'), { recursive: true });
  await workbench.page.keyboard.press('Escape');
}

const [binary, vsix, output] = process.argv.slice(2).map((argument) => path.resolve(argument));
if (binary === undefined || vsix === undefined || output === undefined) {
  console.error('usage: main.ts GATEWAY-BINARY VSIX OUTPUT-FOLDER');
  process.exit(2);
}
fs.rmSync(path.join(output, 'failures'), { recursive: true, force: true });
const from = Date.now();
const world = await makeWorld(binary, vsix, output);
console.log(`ready   gateway, scripted model and editor (${Date.now() - from} ms)`);
let passed = 0;
try {
  for (const stage of stages) {
    const before = passed;
    for (const each of stage) if (await runCase(each, world)) passed += 1;
    if (passed - before < stage.length) break;
  }
} finally {
  await world.close();
}
console.log(
  `[journeys] ${passed} of ${count} passed in ${Math.round((Date.now() - from) / 1_000)} s; screens are in ${path.relative('.', output)}/screens`,
);
// A case that was never reached has not passed.
console.log(`${passed} passed, ${count - passed} failed`);
process.exitCode = passed === count ? 0 : 1;
