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

/** The totals of some stations. */
export function totalsOf(page: Page, stations: readonly string[]): Promise<number[]> {
  return Promise.all(stations.map((name) => totalOf(page, name)));
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

/** A button, by exactly its name: each "Copy" is named by its command. */
export function buttonOf(within: Page | Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true });
}

/** Fills a control's fields, presses its button, and returns what came of it, a sentence. */
export async function operate(
  control: Locator,
  button: string,
  fields: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number') {
      await control.getByRole('spinbutton', { name, exact: true }).fill(String(value));
    } else {
      await control.getByRole('combobox', { name, exact: true }).selectOption(value);
    }
  }
  await buttonOf(control, button).click();
  return outcomeOf(control);
}

/** What came of a call, a sentence, when it is over. */
export function outcomeOf(within: Page | Locator): Promise<string> {
  return within
    .getByRole('status')
    .filter({ hasText: /^(?!Running)./ })
    .innerText();
}

/** The sentence in the head of the page on whether all records are accounted for. */
export function verdictOf(page: Page): Locator {
  return page.getByRole('status', { name: 'State' });
}
