// Somebody who has a keyboard and nothing else. What Tab does not reach, or what does not show that it
// is reached, fails the journey.
import type { Locator, Page } from 'playwright-core';

/** More stops than any page has; a focus that is caught goes round for ever. */
const STOPS = 200;

/** Whether the element has the focus, and shows it. Runs in the page. */
function standing(element: Element): 'elsewhere' | 'here' | 'unseen' {
  if (element !== document.activeElement) return 'elsewhere';
  // A field that waits for letters shows its caret; everything else needs a line around it.
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 ? 'here' : 'unseen';
}

/** Tabs until the one thing that `what` finds has the focus. */
export async function reach(page: Page, what: Locator): Promise<void> {
  await what.waitFor();
  let seen = await what.evaluate(standing);
  for (let stop = 0; seen === 'elsewhere' && stop < STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    seen = await what.evaluate(standing);
  }
  if (seen === 'elsewhere') throw new Error(`Tab never comes to ${String(what)}`);
  if (seen === 'unseen') throw new Error(`${String(what)} does not show that it has the focus`);
}

export async function press(page: Page, what: Locator): Promise<void> {
  await reach(page, what);
  await page.keyboard.press('Enter');
}

export async function type(page: Page, into: Locator, text: string): Promise<void> {
  await reach(page, into);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** Chooses in a list by the first letters of its entry. */
export async function choose(page: Page, list: Locator, entry: string): Promise<void> {
  await reach(page, list);
  await page.keyboard.type(entry);
  const chosen = await list.evaluate((element) =>
    element instanceof HTMLSelectElement ? element.selectedOptions[0]?.text : undefined,
  );
  if (!chosen?.startsWith(entry)) throw new Error(`${String(list)} says ${chosen ?? 'nothing'}, not ${entry}`);
}

/** Opens a menu and goes down to one of its entries. */
export async function pick(page: Page, trigger: Locator, entry: string | RegExp): Promise<void> {
  await press(page, trigger);
  const item = page.getByRole('menuitem', { name: entry });
  await item.waitFor();
  const focused = () => item.evaluate((element) => element === document.activeElement);
  for (let down = 0; !(await focused()) && down < STOPS; down += 1) await page.keyboard.press('ArrowDown');
  if (!(await focused())) throw new Error(`the arrows never come to ${String(entry)}`);
  await page.keyboard.press('Enter');
}
