// Installs what is missing of: node, vsce, code-server, browser. All four when none is named.
//
//   node tests/vscode/install.mjs [node] [vsce] [code-server] [browser]
//
// Safe to run again: a part whose stamp names the wanted version is left alone. Everything but the browser
// comes from the npm registry into one cache folder (TOKEN_TRACKER_E2E_CACHE).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, chromiumPath, toolPaths, versions } from './support/tools.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = cacheDir();
const begun = Date.now();

function say(text) {
  console.error(`[install ${String(Math.round((Date.now() - begun) / 1000)).padStart(3)}s] ${text}`);
}

/** Runs a program quietly; what it printed is shown when it fails. */
function run(program, args, options = {}) {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
      ...options,
    });
  } catch (error) {
    console.error(`${error.stdout ?? ''}${error.stderr ?? ''}`.split('\n').slice(-40).join('\n'));
    throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
  }
}

function npm(args, cwd) {
  // Without the headers' folder, an npm configuration made for another Node would build against the wrong one.
  const env = { ...process.env, npm_config_nodedir: path.join(cache, 'node') };
  return run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env });
}

/** Runs `make` unless the part is there in this version; the stamp is written last, so a broken run is repeated. */
function part(name, version, make) {
  const stamp = path.join(cache, `${name}.stamp`);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === version) return;
  say(`${name} ${version}`);
  fs.rmSync(stamp, { force: true });
  make(path.join(cache, name));
  fs.writeFileSync(stamp, version);
}

/** Unpacks a package of the npm registry into `target`, without running any script of its own. */
function unpack(spec, target) {
  const work = fs.mkdtempSync(path.join(cache, 'unpack-'));
  try {
    npm(['pack', '--pack-destination', work, spec], work);
    const archive = fs.readdirSync(work).find((file) => file.endsWith('.tgz'));
    fs.mkdirSync(path.join(work, 'out'));
    run('tar', ['-xzf', path.join(work, archive), '-C', path.join(work, 'out'), '--strip-components=1']);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(path.join(work, 'out'), target);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function installNode() {
  const arch = { x64: 'x64', arm64: 'arm64' }[process.arch];
  if (!arch || process.platform !== 'linux')
    throw new Error(`no Node package is known for ${process.platform} ${process.arch}`);
  part('node', `${versions.node}-${arch}`, (target) => unpack(`node-linux-${arch}@${versions.node}`, target));
}

function installVsce() {
  const lock = path.join(here, 'tools');
  part('vsce', versions.vsce, (target) => {
    fs.rmSync(target, { recursive: true, force: true });
    fs.mkdirSync(target, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      fs.copyFileSync(path.join(lock, file), path.join(target, file));
    npm(['ci', '--ignore-scripts', '--engine-strict=false'], target);
  });
}

function installCodeServer() {
  part('code-server', versions.codeServer, (target) => {
    unpack(`code-server@${versions.codeServer}`, target);
    // Its own install script compiles every native module for minutes; the journeys need none of them.
    for (const folder of ['lib/vscode', 'lib/vscode/extensions', '.']) {
      say(`code-server: packages of ${folder}`);
      npm(['install', '--omit=dev', '--ignore-scripts'], path.join(target, folder));
    }
    run(toolPaths().node, [toolPaths().codeServer, '--config', path.join(cache, 'probe.yaml'), '--version']);
    fs.rmSync(path.join(cache, 'probe.yaml'), { force: true });
  });
}

function installBrowser() {
  if (chromiumPath()) return;
  const apt = (args) =>
    run(
      process.getuid?.() === 0 ? 'apt-get' : 'sudo',
      [...(process.getuid?.() === 0 ? [] : ['apt-get']), '-qq', '-o', 'DPkg::Lock::Timeout=300', ...args],
      { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } },
    );
  say('browser: chromium and fonts from the distribution');
  apt(['update']);
  apt(['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
}

const parts = { node: installNode, vsce: installVsce, 'code-server': installCodeServer, browser: installBrowser };

/** Two runs at once must not write the same folder: the lock's owner is known by its process id. */
async function locked(work) {
  const lock = path.join(cache, 'install.lock');
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!ownerLives(lock)) fs.rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function ownerLives(lock) {
  try {
    process.kill(Number(fs.readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
fs.mkdirSync(cache, { recursive: true });
await locked(() => {
  for (const [name, install] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) install();
});
