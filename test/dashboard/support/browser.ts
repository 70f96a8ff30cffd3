import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGS } from '../../../bench/support/chromium.ts';
import { ROOT } from '../../support/root.ts';

/** For tap's `skip`: why tests in a browser cannot run here, or false. */
export const skipWithoutBrowser: string | false =
  CHROMIUM === undefined ? 'no chromium here: install it, or name one in WHITEWATER_CHROMIUM' : false;

/** Until something is to be seen. Generous: tests run beside busy loops. */
export const WITHIN_MS = 20_000;

interface Teardown {
  teardown(handler: () => Promise<void> | void): unknown;
}

export async function launchBrowser(t: Teardown): Promise<Browser> {
  const browser = await chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [...CHROMIUM_ARGS],
  });
  t.teardown(() => browser.close());
  return browser;
}

/** The page as the build made it; `npm test` brings it up to date. */
export const BUILT_PAGE = join(ROOT, 'dist/server/dashboard');

export interface OpenedPage {
  readonly page: Page;
  /** Hosts of every request and every WebSocket so far. */
  readonly hosts: ReadonlySet<string>;
  /** What went wrong in the page: uncaught errors, and what its content security policy forbade. */
  readonly troubles: readonly string[];
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce';
}

export async function openPage(
  t: Teardown,
  browser: Browser,
  url: string,
  options: PageOptions = {},
): Promise<OpenedPage> {
  const { width = 1280, height = 800, ...emulated } = options;
  const context: BrowserContext = await browser.newContext({ viewport: { width, height }, ...emulated });
  t.teardown(() => context.close());
  context.setDefaultTimeout(WITHIN_MS);
  const page = await context.newPage();
  const hosts = new Set<string>();
  const troubles: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) troubles.push(message.text());
  });
  await page.goto(url);
  return { page, hosts, troubles };
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
  readonly passes: readonly unknown[];
}

/** What axe finds wrong with the page as it is now, one line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Evaluated from outside, so the page's own policy does not apply to it.
  await page.evaluate(`(() => { ${await axeSource()} })()`);
  const results = await page.evaluate<AxeResults>('window.axe.run(document)');
  if (results.passes.length === 0) throw new Error('axe looked at nothing');
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}: ${html}: ${failureSummary}`),
  );
}

let source: string | undefined;

async function axeSource(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  source ??= await readFile(AXE, 'utf8');
  return source;
}
