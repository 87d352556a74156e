import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumPath } from '../../vscode/support/tools.mjs';

export type Scheme = 'light' | 'dark';

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium was found: run tests/vscode/install.mjs browser');
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    // Whatever is not this machine fails at once.
    args: ['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
  });
}

/** What a page complains about: errors of scripts, and what the content policy forbade. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return complaints;
}
