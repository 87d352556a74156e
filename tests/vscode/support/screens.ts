// Pictures of each step, light and dark, for people to look at.
import fs from 'node:fs';
import path from 'node:path';
import type { Workbench } from './workbench.ts';

/** The editor follows the browser's colour scheme, so a theme changes without touching a file. */
export const followsScheme = {
  'window.autoDetectColorScheme': true,
  'workbench.preferredLightColorTheme': 'Default Light Modern',
  'workbench.preferredDarkColorTheme': 'Default Dark Modern',
};

export class Screens {
  private readonly folder: string;
  private readonly workbench: Workbench;
  private count = 0;

  constructor(folder: string, workbench: Workbench) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.workbench = workbench;
  }

  /** Light is the theme that stays. */
  async take(name: string): Promise<void> {
    this.count += 1;
    const number = String(this.count).padStart(2, '0');
    for (const scheme of ['dark', 'light'] as const) {
      await this.wear(scheme);
      await this.workbench.page.screenshot({
        path: path.join(this.folder, `${number}-${name}-${scheme}.png`),
        animations: 'disabled',
      });
    }
  }

  private async wear(colorScheme: 'light' | 'dark'): Promise<void> {
    await this.workbench.page.emulateMedia({ colorScheme });
    const theme = colorScheme === 'dark' ? '.vs-dark' : '.vs';
    await this.workbench.page.locator(`.monaco-workbench${theme}`).waitFor();
  }
}
