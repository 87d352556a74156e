import fs from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type ProxyOptions } from 'vite';

/**
 * A gateway to develop against: its data directory is named, and the pages speak as the owner of this
 * machine. Never part of a build.
 */
function gateway(): Record<string, ProxyOptions> | undefined {
  const folder = process.env['TOKEN_TRACKER_DATA_DIR'];
  if (!folder) return undefined;
  const admin = JSON.parse(fs.readFileSync(`${folder}/admin.json`, 'utf8')) as { gatewayUrl: string };
  return { '/api': { target: admin.gatewayUrl, changeOrigin: true }, '/docs': { target: admin.gatewayUrl } };
}

export default defineConfig({
  // Chunks find each other by where they are, so that the pages work below any path.
  base: './',
  plugins: [react()],
  server: { proxy: gateway() },
  build: {
    target: 'es2022',
    // A policy without data: addresses; every file has a hash and is kept for ever.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  test: { environment: 'happy-dom', include: ['test/**/*.test.{ts,tsx}'], setupFiles: ['test/setup.ts'] },
} as Parameters<typeof defineConfig>[0]);
