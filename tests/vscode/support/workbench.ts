// The editor as a person sees it: command palette, files, ghost text, status bar, notifications.
import path from 'node:path';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { until } from './deadline.ts';
import { chromiumPath } from './tools.mjs';

const EDITOR = '.editor-group-container.active .editor-instance .monaco-editor';
const GHOST = '.ghost-text-decoration, .ghost-text-decoration-preview, .ghost-text';

/** The editor shows spaces as no-break spaces, and marks of its own. */
const plain = (text: string) => text.replace(/[\u00a0\u00b7]/g, ' ').replace(/[\u200b\u200c]/g, '');

export class Workbench {
  readonly page: Page;
  readonly consoleLines: string[] = [];
  private readonly browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.browser = browser;
    this.page = page;
    page.on('console', (message) => this.consoleLines.push(message.text()));
    page.on('pageerror', (error) => this.consoleLines.push(String(error)));
  }

  static async open(url: string): Promise<Workbench> {
    const executablePath = chromiumPath();
    if (executablePath === undefined) throw new Error('no Chromium was found: run tests/vscode/install.mjs');
    const browser = await chromium.launch({
      executablePath,
      chromiumSandbox: false,
      // Whatever is not this machine fails at once: the marketplace, telemetry, everything.
      args: ['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
    });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const workbench = new Workbench(browser, page);
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    return workbench;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Gives the side bar the width that a chat wants. */
  async widenSideBar(): Promise<void> {
    const sideBar = this.page.locator('.part.sidebar');
    const { x, width } = (await sideBar.boundingBox()) ?? { x: 0, width: 0 };
    await this.page.mouse.move(x + width + 1, 400);
    await this.page.mouse.down();
    await this.page.mouse.move(x + 420, 400, { steps: 4 });
    await this.page.mouse.up();
  }

  /** The extension's item, by the name it gives to a screen reader. */
  get statusItem(): Locator {
    return this.page.getByRole('button', { name: /^Token Tracker,/ });
  }

  async statusText(): Promise<string> {
    return plain(await this.statusItem.innerText())
      .replace(/\s+/g, ' ')
      .trim();
  }

  async waitForStatus(match: RegExp, withinMs?: number): Promise<string> {
    return until(
      `the status bar to show ${String(match)}`,
      async () => {
        const text = await this.statusText();
        if (match.test(text)) return text;
        throw new Error(`it shows ${JSON.stringify(text)}`);
      },
      withinMs,
    );
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget').filter({ visible: true });
  }

  get quickBox(): Locator {
    return this.quickInput.locator('input.input');
  }

  get quickRows(): Locator {
    return this.quickInput.getByRole('option');
  }

  /** Runs a command by its title in the palette. */
  async run(title: string): Promise<void> {
    await this.pick('F1', `>${title}`, (row) => row.locator('.label-name').getByText(title, { exact: true }));
  }

  /** Opens a file of the workspace and waits until its editor asks for suggestions. */
  async openFile(name: string): Promise<void> {
    await this.pick('Control+P', name, (row) => row.getByText(path.basename(name), { exact: true }));
    await this.page.locator(EDITOR).first().waitFor();
    await this.focusEditor();
    // The part that asks for inline suggestions is made in idle time, after the editor's own idle work.
    await this.page.evaluate(async () => {
      for (let round = 0; round < 3; round += 1) {
        await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 6_000 }));
      }
    });
  }

  private async pick(keys: string, text: string, inRow: (row: Locator) => Locator): Promise<void> {
    // The list is filled by and by, and whatever takes the focus closes it: there is a next opening.
    await until(`${text} in the list`, async () => {
      await this.page.keyboard.press(keys);
      try {
        await this.quickBox.fill(text, { timeout: 3_000 });
        await inRow(this.quickRows).first().click({ timeout: 2_500 });
        return true;
      } catch (error) {
        await this.page.keyboard.press('Escape');
        throw error;
      }
    });
  }

  /** Fills the open input box; Enter unless told otherwise. */
  async answer(text: string): Promise<void> {
    await this.quickBox.waitFor();
    await this.quickBox.fill(text);
    await this.page.keyboard.press('Enter');
  }

  editorHasFocus(): Promise<boolean> {
    const editor = this.page.locator(EDITOR).first();
    return editor.evaluate((element) => element.contains(document.activeElement));
  }

  async focusEditor(): Promise<void> {
    if (!(await this.editorHasFocus())) await this.page.locator(EDITOR).first().locator('.view-lines').click();
  }

  async type(text: string): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.type(text, { delay: 20 });
  }

  /** The text in view, without ghost text. */
  async editorText(): Promise<string> {
    const lines = await this.page
      .locator(EDITOR)
      .first()
      .evaluate((element, ghost) => {
        const top = (line: Element) => parseFloat((line as HTMLElement).style.top);
        const inOrder = [...element.querySelectorAll('.view-lines > .view-line')].sort((a, b) => top(a) - top(b));
        return inOrder.map((line) => {
          const copy = line.cloneNode(true) as Element;
          for (const grey of copy.querySelectorAll(ghost)) grey.remove();
          return copy.textContent;
        });
      }, GHOST);
    return plain(lines.join('\n'));
  }

  async ghostText(): Promise<string> {
    const found = await this.page.evaluate(
      ([editor, ghost]) => {
        const root = document.querySelector(editor);
        const inline = [...(root?.querySelectorAll(ghost) ?? [])].filter(
          (element) => element.closest('.view-lines') !== null && element.parentElement?.closest(ghost) === null,
        );
        const below = [...(root?.querySelectorAll('.suggest-preview-text .view-line') ?? [])];
        return [inline.map((element) => element.textContent).join(''), ...below.map((line) => line.textContent)];
      },
      [EDITOR, GHOST] as const,
    );
    return plain(found.filter((line, index) => index > 0 || line !== '').join('\n'));
  }

  async waitForGhostText(match: RegExp, withinMs?: number): Promise<string> {
    const look = async () => {
      const text = await this.ghostText();
      return match.test(text) ? text : null;
    };
    return until(`ghost text like ${String(match)}`, look, withinMs);
  }

  /** The toast that says this. */
  notification(match: RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: match });
  }

  /** The page of this name inside one of the extension's webviews. */
  async webview(extensionId: string, name: string): Promise<Frame> {
    return until('the webview', async () => {
      for (const frame of this.page.frames()) {
        const parent = frame.parentFrame();
        if (parent?.parentFrame() === null || parent === null) continue;
        const owner = new URL(parent.url()).searchParams.get('extensionId') ?? '';
        if (owner.toLowerCase() === extensionId && (await frame.locator(`#${name}`).count()) > 0) return frame;
      }
      return null;
    });
  }
}
