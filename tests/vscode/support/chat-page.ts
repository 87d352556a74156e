// The chat panel, by the roles and names that a screen reader hears.
import type { Frame, Locator } from 'playwright-core';
import { until } from './deadline.ts';
import type { Workbench } from './workbench.ts';

export class ChatPage {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  static async open(workbench: Workbench): Promise<ChatPage> {
    await workbench.run('Token Tracker: Open Chat');
    return ChatPage.of(workbench);
  }

  static async of(workbench: Workbench): Promise<ChatPage> {
    return new ChatPage(await workbench.webview('token-tracker.token-tracker', 'chat'));
  }

  get message(): Locator {
    return this.frame.getByRole('textbox', { name: 'Message' });
  }
  get send(): Locator {
    return this.frame.getByRole('button', { name: 'Send' });
  }
  get stop(): Locator {
    return this.frame.getByRole('button', { name: 'Stop' });
  }
  get model(): Locator {
    return this.frame.getByRole('combobox', { name: 'Model' });
  }
  get answers(): Locator {
    return this.frame.getByRole('article', { name: 'Answer' });
  }
  get lastAnswer(): Locator {
    return this.answers.last();
  }

  async ask(question: string): Promise<void> {
    const before = await this.answers.count();
    await this.message.fill(question);
    await this.send.click();
    await until('the new answer', async () => (await this.answers.count()) > before);
  }

  /** What stands under the last answer. */
  async receipt(): Promise<string> {
    const slip = this.lastAnswer.getByLabel('Receipt');
    await slip.waitFor({ timeout: 20_000 });
    return (await slip.innerText()).replace(/\s+/g, ' ').trim();
  }
}
