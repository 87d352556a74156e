// @vitest-environment node
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { contract, target } from '../build/contract.mjs';

test('the types of the control plane are the generated ones', async () => {
  const committed = fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : '';
  expect(committed === (await contract()), 'gateway/openapi.json changed: run scripts/generate').toBe(true);
});
