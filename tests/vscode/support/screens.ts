// Pictures of each step, light and dark, for people to look at.
import fs from 'node:fs';
import path from 'node:path';
import type { CodeServer } from './code-server.ts';
import type { Workbench } from './workbench.ts';

export const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' } as const;

export class Screens {
  private readonly folder: string;
  private readonly workbench: Workbench;
  private readonly server: CodeServer;
  private readonly settings: Record<string, unknown>;
  private count = 0;

  constructor(folder: string, workbench: Workbench, server: CodeServer, settings: Record<string, unknown>) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.workbench = workbench;
    this.server = server;
    this.settings = settings;
  }

  /** Light is the theme that stays, since it is the one that the journeys begin in. */
  async take(name: string): Promise<void> {
    this.count += 1;
    const number = String(this.count).padStart(2, '0');
    await this.shoot(`${number}-${name}-light.png`);
    await this.wear('dark');
    await this.shoot(`${number}-${name}-dark.png`);
    await this.wear('light');
  }

  private async shoot(file: string): Promise<void> {
    await this.workbench.page.screenshot({ path: path.join(this.folder, file) });
  }

  private async wear(theme: keyof typeof themes): Promise<void> {
    this.server.writeSettings({ ...this.settings, 'workbench.colorTheme': themes[theme] });
    const dark = theme === 'dark' ? '.vs-dark' : '.vs:not(.vs-dark)';
    await this.workbench.page.locator(`.monaco-workbench${dark}`).waitFor();
  }
}
