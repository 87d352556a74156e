// Gathers the licences of every package whose code is in a bundle: they ask to go along with it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const IN_PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The folders of the packages that esbuild read, outermost path first. */
function packages(metafiles, room) {
  const files = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = files.flatMap((file) => IN_PACKAGE.exec(path.resolve(room, file))?.[1] ?? []);
  return [...new Set(folders)].sort();
}

function entry(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((candidate) => /^licen[cs]e/i.test(candidate));
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

export function writeLicences(metafiles, room, target) {
  const text = packages(metafiles, room)
    .map(entry)
    .join(`\n${'-'.repeat(80)}\n\n`);
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}
