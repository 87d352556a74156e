// Which outside programs the editor journeys and the packer use, in which version, and where they are kept.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const versions = { node: '24.21.0', codeServer: '4.139.1', vsce: '4.1.0' };

export function cacheDir() {
  const named = process.env.TOKEN_TRACKER_E2E_CACHE;
  if (named) return path.resolve(named);
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(base, 'token-tracker', 'e2e');
}

export function toolPaths(cache = cacheDir()) {
  return {
    node: path.join(cache, 'node', 'bin', 'node'),
    vsce: path.join(cache, 'vsce', 'node_modules', '@vscode', 'vsce', 'vsce'),
    codeServer: path.join(cache, 'code-server', 'out', 'node', 'entry.js'),
  };
}

/** The browser that drives the editor: named, or the first that the system has. */
export function chromiumPath() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((candidate) => candidate && fs.existsSync(candidate));
}
