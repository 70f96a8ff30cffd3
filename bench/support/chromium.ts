import { existsSync } from 'node:fs';

/** Debian's, first the one that can do without a screen alone and costs less; and where others have it. WHITEWATER_CHROMIUM names one elsewhere. */
const PLACES = [
  process.env['WHITEWATER_CHROMIUM'] ?? '',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser in which the page is tested and measured; undefined where there is none. */
export const CHROMIUM = PLACES.find((path) => path !== '' && existsSync(path));

export const CHROMIUM_ARGS: readonly string[] = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
