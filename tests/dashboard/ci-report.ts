// The summary of `ci report` as forges show it, light and dark: from the Markdown that the action's own test writes.
//
//   node tests/dashboard/ci-report.ts docs/pictures/ci-report.md docs/pictures
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { openBrowser, type Scheme } from './support/browser.ts';

const [source, folder] = process.argv.slice(2);
if (source === undefined || folder === undefined) {
  console.error('usage: ci-report.ts MARKDOWN FOLDER');
  process.exit(2);
}

const STYLE = `
  :root { color-scheme: light; --back: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --band: #f6f8fa; --code: #818b981f; }
  :root.dark { color-scheme: dark; --back: #0d1117; --text: #f0f6fc; --soft: #9198a1; --line: #3d444d; --band: #151b23; --code: #656c7633; }
  body { margin: 0; background: var(--back); color: var(--text);
    font: 16px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; }
  main { width: max-content; min-width: 832px; max-width: 960px; padding: 32px; }
  h2 { margin: 0 0 16px; padding-bottom: 0.3em; border-bottom: 1px solid var(--line); font-size: 1.5em; }
  h3 { margin: 24px 0 16px; font-size: 1.25em; }
  p { margin: 0 0 16px; }
  table { border-collapse: collapse; width: max-content; max-width: 100%; margin-bottom: 16px; font-variant-numeric: tabular-nums; }
  th, td { padding: 6px 13px; border: 1px solid var(--line); white-space: nowrap; }
  tbody tr:nth-child(2n) { background: var(--band); }
  code { padding: 0.2em 0.4em; border-radius: 6px; background: var(--code); font: 85% ui-monospace, 'DejaVu Sans Mono', monospace; }
  sub { color: var(--soft); }
`;

const body = new MarkdownIt({ html: true }).render(await readFile(source, 'utf8'));
const browser = await openBrowser();
try {
  for (const scheme of ['light', 'dark'] satisfies Scheme[]) {
    const page = await browser.newPage({ viewport: { width: 1024, height: 600 }, deviceScaleFactor: 2 });
    await page.setContent(
      `<!doctype html><html class="${scheme}"><meta charset="utf-8"><style>${STYLE}</style><main>${body}</main></html>`,
    );
    const path = join(folder, scheme === 'dark' ? 'ci-report-dark.png' : 'ci-report.png');
    await page.locator('main').screenshot({ path });
    await page.close();
  }
} finally {
  await browser.close();
}
