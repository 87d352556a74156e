// The built pages without a gateway: every address that is no file answers the page, as the gateway does.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.html': 'text/html',
};

/** The gateway's own policy, so that what it forbids is noticed here, too. */
const POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";

export async function servePages(folder: string): Promise<{ url: string; stop: () => void }> {
  const page = fs.readFileSync(path.join(folder, 'index.html'), 'utf8').replaceAll('="./', '="/');
  const server = http.createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = path.join(folder, name);
    const isFile = file.startsWith(folder) && name !== '/' && fs.existsSync(file) && fs.statSync(file).isFile();
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', isFile ? (TYPES[path.extname(file)] ?? 'text/plain') : 'text/html');
    response.end(isFile ? fs.readFileSync(file) : page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
