// Runs one editor for a person, as long as its gateway answers.
import fs from 'node:fs';
import path from 'node:path';
import { CodeServer, foldersUnder } from './support/code-server.ts';

const LOOK_EVERY_MS = 5_000;
const PATIENCE_MS = 30_000;

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

const SAMPLE = `# Type below, and take the grey text with Tab.


def add(a, b):
    return a + b


def subtract(a, b):
`;

const [gateway, vsix, root, port] = process.argv.slice(2) as [string, string, string, string];
const server = new CodeServer(foldersUnder(root));
const sample = path.join(server.folders.workspace, 'sample.py');
if (!fs.existsSync(sample)) fs.writeFileSync(sample, SAMPLE);
server.writeSettings(SETTINGS, { 'tokenTracker.gatewayUrl': gateway });
await server.install(vsix);
await server.start({}, Number(port));
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));

for (let lastAnswer = Date.now(); Date.now() - lastAnswer < PATIENCE_MS;) {
  await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  const answered = await fetch(`${gateway}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
  if (answered) lastAnswer = Date.now();
}
await server.stop();
