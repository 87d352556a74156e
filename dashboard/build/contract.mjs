// The types of the control plane, from the gateway's OpenAPI document. With --write they are put in their place.
import fs from 'node:fs';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

export const target = path.join(import.meta.dirname, '..', 'src', 'api', 'generated', 'contract.ts');
const source = path.join(import.meta.dirname, '..', '..', 'gateway', 'openapi.json');

export async function contract() {
  // An object of which nothing is said can hold anything.
  const options = { defaultNonNullable: false, emptyObjectsUnknown: true };
  const text = astToString(await openapiTS(fs.readFileSync(source), options));
  return `// Made from gateway/openapi.json by scripts/generate. Never edited.\n\n${text}`;
}

if (process.argv.includes('--write')) {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, await contract());
}
