/** What the page owes everybody: it is small, closed, and for the keyboard and the screen reader as well. */
import { gzipSync } from 'node:zlib';
import { seriousViolations, walkByTab } from './support/accessibility';
import { goTo, SECTIONS } from './support/page-parts';
import { useBrowser } from './support/visit';

const open = useBrowser();

test('the first view needs less than 150 kB gzipped', async () => {
  const { responses } = await open();
  const files = responses.filter((one) => !/\/(api|events)\b/.test(one.url()));
  const sizes = await Promise.all(files.map(async (one) => gzipSync(await one.body()).length));
  expect(files.length).toBeGreaterThanOrEqual(3); // The document, its script, its style.
  expect(sizes.reduce((all, size) => all + size, 0)).toBeLessThan(150_000);
});

test.each([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
] as const)('axe finds nothing serious: %s', async (_, options) => {
  const { page } = await open(options);
  for (const section of SECTIONS) {
    await goTo(page, section);
    expect(await seriousViolations(page)).toEqual([]);
  }
});

test('the keyboard alone reaches everything, and shows where it is', async () => {
  const { page } = await open();
  for (const section of SECTIONS) {
    await goTo(page, section);
    const { stops, missed } = await walkByTab(page);
    expect(missed).toEqual([]);
    expect(stops.length).toBeGreaterThan(SECTIONS.length + 1); // The navigation, the way to the content, and more.
    expect(stops.filter(({ visible }) => !visible)).toEqual([]);
  }
});
