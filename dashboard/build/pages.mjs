// Builds the pages and their compressed forms, the page itself last: it says that all of it is there.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { compress } from './compress.mjs';

const room = path.join(import.meta.dirname, '..');
await build({ root: room, logLevel: 'warn' });
compress(path.join(room, 'dist'));
const page = path.join(room, 'dist', 'index.html');
const now = new Date();
fs.utimesSync(page, now, now);
