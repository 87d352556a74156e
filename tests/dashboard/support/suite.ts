// Steps that stand on one another, run in order, counted together.
import path from 'node:path';
import type { World } from './world.ts';

export type Step = readonly [name: string, run: (world: World) => Promise<void>];

export interface Suite {
  name: string;
  steps: readonly Step[];
  begin: () => Promise<World>;
}

/** How many steps passed; the first that fails ends its suite. */
export async function play({ name, steps, begin }: Suite): Promise<number> {
  const world = await begin();
  let passed = 0;
  try {
    for (const [step, run] of steps) {
      const from = Date.now();
      try {
        await run(world);
        passed += 1;
        console.log(`ok      ${name}: ${step} (${(Date.now() - from).toString()} ms)`);
      } catch (error) {
        console.log(`FAILED  ${name}: ${step}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        await world.owner.page.screenshot({ path: path.join(world.output, 'failed-owner.png') });
        await world.member.page.screenshot({ path: path.join(world.output, 'failed-member.png') });
        console.log(world.gateway.log.slice(-2000));
        break;
      }
    }
  } finally {
    await world.close();
  }
  return passed;
}
