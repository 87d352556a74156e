import type { Page } from 'playwright-core';
import { pick, press } from '../support/keyboard.ts';

/** Goes to a page through whatever navigation this screen has, by keyboard. */
export async function go(page: Page, link: string, title = link): Promise<void> {
  const tabs = page.getByRole('navigation', { name: 'Main, narrow' });
  const isNarrow = await tabs.isVisible();
  const direct = (isNarrow ? tabs : page.getByRole('navigation', { name: 'Main', exact: true })).getByRole('link', {
    name: link,
  });
  if (!isNarrow || (await direct.count()) > 0) await press(page, direct);
  else await pick(page, tabs.getByRole('button', { name: 'More' }), link);
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}
