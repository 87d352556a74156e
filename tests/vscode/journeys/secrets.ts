// After all of it: no secret is where it does not belong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { CREDENTIAL, filesWith, formsOf } from '../support/canary.ts';
import type { Case } from '../support/world.ts';

export const secrets: Case[] = [
  [
    'no key and no credential is in a file, a log or a setting',
    ({ root, key, gateway, server, workbench }) => {
      // The gateway's own directory holds the pepper and MACs, and its admin credential of another kind.
      const wanted = [...formsOf(key.key), CREDENTIAL];
      assert.deepEqual(filesWith(root, wanted), []);
      const said = [gateway.log, server.log, ...workbench.consoleLines].join('\n');
      assert.deepEqual(
        wanted.filter((secret) => secret.test(said)),
        [],
      );
      assert.ok(fs.existsSync(path.join(root, 'device', 'sidecar.log')), 'the sidecar has a log that was searched');
      return Promise.resolve();
    },
  ],
];
