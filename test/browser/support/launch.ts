/** The browser of the tests and of the pictures. */
import { chromium, type BrowserServer } from 'playwright-core';
import { findChromium } from '../../run/chromium';

/** Starts it without a window. @throws Error saying how to get one, when there is none. */
export function launchBrowser(): Promise<BrowserServer> {
  // Chromium refuses to sandbox what root starts.
  const chromiumSandbox = process.getuid?.() !== 0;
  return chromium.launchServer({ executablePath: findChromium(process.env), chromiumSandbox });
}
