/** What stands in the way of those who use a screen reader or the keyboard alone. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds serious or critical, each with the elements. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // It would load style sheets again: the page has a policy, and they are its own.
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, { preload: false })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Something that the keyboard reaches. */
export interface TabStop {
  readonly html: string;
  /** Whether it shows that it has the focus. */
  readonly visible: boolean;
}

/** Marks what can be operated, in place of earlier marks, and returns how many there are; without what Tab passes over, for example the other tabs of a list. */
const MARK = `
  document.querySelectorAll('[data-stop]').forEach((e) => e.removeAttribute('data-stop'));
  [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
    .map((e, index) => e.setAttribute('data-stop', index)).length`;
/** The marked element that has the focus. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const visible = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  return { index: element.dataset.stop, html: element.cloneNode().outerHTML, visible };
})()`;
/** Those not reached. */
const MISSED = `[...document.querySelectorAll('[data-stop]')].map((e) => [e.dataset.stop, e.outerHTML])`;

/** Walks by Tab alone from the top of the page to its end. @returns the stops, and what was not reached. */
export async function walkByTab(page: Page): Promise<{ stops: TabStop[]; missed: string[] }> {
  const count = await page.evaluate<number>(MARK);
  const stops = new Map<string, TabStop>();
  // Some more than there are: a browser stops at scrollable boxes as well.
  for (let press = 0; press < 2 * count + 10 && stops.size < count; press += 1) {
    await page.keyboard.press('Tab');
    const { index, ...stop } = await page.evaluate<TabStop & { index?: string }>(FOCUSED);
    if (index !== undefined) stops.set(index, stop);
  }
  const marked = await page.evaluate<[string, string][]>(MISSED);
  return {
    stops: [...stops.values()],
    missed: marked.filter(([index]) => !stops.has(index)).map(([, html]) => html),
  };
}
