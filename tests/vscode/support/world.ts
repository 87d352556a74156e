// Everything that the journeys share: one gateway, one scripted model, one editor.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CodeServer, foldersUnder } from './code-server.ts';
import { Gateway, type MintedKey } from './gateway.ts';
import { followsScheme, Screens } from './screens.ts';
import { script } from './script.ts';
import { Upstream } from './upstream.ts';
import { Workbench } from './workbench.ts';

export type World = {
  root: string;
  output: string;
  gateway: Gateway;
  upstream: Upstream;
  server: CodeServer;
  workbench: Workbench;
  screens: Screens;
  /** $5.00 for the priced model and all others. */
  key: MintedKey;
  /** Credit for nothing: less than any answer of the priced model may cost. */
  smallKey: MintedKey;
  close: () => Promise<void>;
};

export type Case = [name: string, run: (world: World) => Promise<void>];

const SETTINGS = {
  ...followsScheme,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'editor.minimap.enabled': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.wordBasedSuggestions': 'off',
  'editor.autoClosingBrackets': 'never',
  'editor.cursorBlinking': 'solid',
  'tokenTracker.completion.debounceMs': 0,
};

const SETTLE = `impl Ledger {
    /// Charges what was used and gives back the rest.
    pub fn settle(&mut self, hold: HoldId, usage: &TokenUsage) -> Result<Receipt> {
        let hold = self.hold(hold)?;
        let cost = hold.prices.cost(usage)?;

    }
}
`;

const LEDGER = `//! A ledger that two nodes may write to.

pub struct Hold {
    pub amount: i64,
}

`;

function config(baseUrl: string): string {
  return `[[upstream]]
name = "scripted"
provider = "openai-compatible"
base_url = "${baseUrl}"

[[model]]
id = "coder"
upstream = "scripted"
upstream_model = "scripted"
capabilities = ["chat", "completion"]
fim = "native"
price = { input = "3.00", output = "15.00" }
`;
}

export async function makeWorld(binary: string, vsix: string, output: string): Promise<World> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'token-tracker-journeys-'));
  const closing: (() => Promise<void> | void)[] = [
    () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };
  try {
    const upstream = new Upstream(script);
    const gateway = new Gateway(binary, root, config(await upstream.start()));
    closing.push(
      () => upstream.stop(),
      () => gateway.stop(),
    );
    await gateway.start();

    const server = new CodeServer(foldersUnder(root));
    fs.writeFileSync(path.join(server.folders.workspace, 'ledger.rs'), LEDGER);
    fs.writeFileSync(path.join(server.folders.workspace, 'settle.rs'), SETTLE);
    server.writeSettings(SETTINGS, { 'tokenTracker.gatewayUrl': gateway.url });
    await server.install(vsix);
    closing.push(() => server.stop());
    await server.start({ TOKEN_TRACKER_DATA_DIR: path.join(root, 'device'), TOKEN_TRACKER_LOG: 'debug' });

    const workbench = await Workbench.open(server.url);
    closing.push(() => workbench.close());
    await workbench.widenSideBar();
    const screens = new Screens(path.join(output, 'screens'), workbench);
    const [key, smallKey] = [await gateway.mint('5.00'), await gateway.mint('0.003')];
    return { root, output, gateway, upstream, server, workbench, screens, key, smallKey, close };
  } catch (error) {
    await close();
    throw error;
  }
}
