/** The parts of the page, by the names that a person sees or hears. */
import type { Locator, Page } from 'playwright-core';

/** The sections. */
export const SECTIONS = ['Flow', 'Answers', 'Records', 'SQL', 'Parts'] as const;

/** Goes to a section by the navigation. */
export async function goTo(page: Page, section: (typeof SECTIONS)[number]): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: section, exact: true }).click();
  await page.getByRole('region', { name: section, exact: true }).waitFor();
}

/** The card of a station, for example `Kafka`. */
export function stationOf(page: Page, name: string): Locator {
  return page.getByRole('article', { name, exact: true });
}

/** How many records have come to a station; NaN while it is not known. */
export async function totalOf(page: Page, station: string): Promise<number> {
  const total = await stationOf(page, station).locator('.total dd').innerText();
  return Number(total.replaceAll(',', ''));
}

/** Records a second at a station; NaN while it is not known. */
export async function rateOf(page: Page, station: string): Promise<number> {
  const rate = await stationOf(page, station).getByText(/\/s$/).innerText();
  return Number(rate.replace(/,|\/s$/g, ''));
}

/** A control, by its title. */
export function controlOf(page: Page, title: string): Locator {
  return page.getByRole('form', { name: title, exact: true });
}

/** Fills a control's fields, presses its button, and returns what came of it, a sentence. */
export async function operate(
  control: Locator,
  button: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<string> {
  for (const [label, value] of Object.entries(fields)) {
    const field = control.getByLabel(label, { exact: true });
    if ((await field.getAttribute('type')) === 'number') await field.fill(value);
    else await field.selectOption(value);
  }
  await control.getByRole('button', { name: button, exact: true }).click();
  const outcome = control.getByRole('status').filter({ hasText: /^(?!Running)./ });
  return outcome.innerText();
}

/** The sentence in the head of the page on whether all records are accounted for. */
export function verdictOf(page: Page): Locator {
  return page.getByRole('status', { name: 'State' });
}
