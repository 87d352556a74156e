import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../package.json';

type Property = { scope?: string };

const properties: Record<string, Property> = manifest.contributes.configuration.properties;
const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;

test('a cloned repository can neither run a program nor redirect a credential', () => {
  const guarded = ['gatewayUrl', 'sidecar.path', 'caFile', 'proxy', 'completion.exclude'].map(
    (name) => `tokenTracker.${name}`,
  );
  for (const name of guarded) {
    assert.equal(properties[name]?.scope, 'machine', name);
    assert.ok(restricted.includes(name), name);
  }
});

test('every setting that belongs to the machine is restricted in a workspace that is not trusted', () => {
  const machine = Object.keys(properties).filter((name) => properties[name]?.scope === 'machine');
  assert.deepEqual([...machine].sort(), [...restricted].sort());
});

test('nothing but the published interface of the editor is used', () => {
  assert.equal('enabledApiProposals' in manifest, false);
});

test('the commands have the names that people are told', () => {
  const titles = manifest.contributes.commands.map(({ category, title }) => `${category}: ${title}`);
  for (const name of [
    'Redeem Token Key',
    'Sign Out',
    'Show Balance',
    'Show Usage',
    'Open Chat',
    'Toggle Completions',
    'Show Log',
  ]) {
    assert.ok(titles.includes(`Token Tracker: ${name}`), name);
  }
});
