// Puts a .br and a .gz beside every built file that gets smaller by it; the gateway sends them as they are.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

// Fonts are compressed already, and the page itself is completed by the gateway.
const left = /\.(woff2|png|br|gz)$|index\.html$/;

export function compress(folder) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || left.test(file)) continue;
    const bytes = fs.readFileSync(file);
    const forms = { br: zlib.brotliCompressSync(bytes), gz: zlib.gzipSync(bytes, { level: 9 }) };
    for (const [ending, form] of Object.entries(forms))
      if (form.length < bytes.length) fs.writeFileSync(`${file}.${ending}`, form);
  }
}
