// Looks for secrets in everything that a run left on disk.
import fs from 'node:fs';
import path from 'node:path';

/** A device credential, whoever made it. */
export const CREDENTIAL = /ttd_[0-9A-Za-z]{38}/;

/** The key in each form that a careless line might have kept. */
export function formsOf(key: string): RegExp[] {
  const compact = key.replaceAll('-', '');
  const forms = [key, compact, encodeURIComponent(key), Buffer.from(key).toString('base64')];
  return forms.map((form) => new RegExp(form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i'));
}

export function filesWith(folder: string, secrets: RegExp[]): string[] {
  return files(folder).filter((file) => {
    const content = fs.readFileSync(file, 'latin1');
    return secrets.some((secret) => secret.test(content));
  });
}

function files(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
