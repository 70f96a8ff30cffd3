import type { Browser, CDPSession, Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGS } from '../support/chromium.ts';
import { CLUSTER } from './puppets.ts';
import type { PageSample } from './result.ts';

const OPEN_WITHIN_MS = 30_000;
const SIZE = { width: 1280, height: 1400 };

/** Counts the time from one animation frame to the next, while it is told to. */
const COUNTER = `(() => {
  let last = NaN;
  window.benchIntervals = null;
  const tick = (nowMs) => {
    if (window.benchIntervals !== null && !Number.isNaN(last)) window.benchIntervals.push(nowMs - last);
    last = window.benchIntervals === null ? NaN : nowMs;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})()`;

/** The page in a browser, as somebody has it before them. */
export class OpenPage {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #session: CDPSession;

  /** With the ring, the judgement beside it, and the log below. @throws {Error} where there is no chromium */
  static async open(relay: string): Promise<OpenPage> {
    if (CHROMIUM === undefined) throw new Error('no chromium here: install it, or name one in WHITEWATER_CHROMIUM');
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGS] });
    const context = await browser.newContext({ viewport: SIZE });
    context.setDefaultTimeout(OPEN_WITHIN_MS);
    const page = await context.newPage();
    const opened = new OpenPage(browser, page, await context.newCDPSession(page));
    await opened.#session.send('Performance.enable');
    await page.goto(`${relay}/#${CLUSTER}`);
    await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await opened.showBelow('Log');
    await page.evaluate(COUNTER);
    return opened;
  }

  private constructor(browser: Browser, page: Page, session: CDPSession) {
    this.#browser = browser;
    this.#page = page;
    this.#session = session;
  }

  async showBelow(title: 'Log' | 'Time'): Promise<void> {
    const button = this.#page.getByRole('button', { name: title, exact: true });
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  }

  async beginCounting(): Promise<void> {
    await this.#page.evaluate('window.benchIntervals = []');
  }

  /** @returns milliseconds from one animation frame to the next */
  async endCounting(): Promise<readonly number[]> {
    return this.#page.evaluate<number[]>(
      '(() => { const intervals = window.benchIntervals; window.benchIntervals = null; return intervals; })()',
    );
  }

  /** Of the page's heap, after everything that can go has gone. */
  async memory(): Promise<Pick<PageSample, 'heapBytes' | 'domNodes' | 'historyBytes'>> {
    for (let times = 0; times < 2; times += 1) await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#session.send('Runtime.getHeapUsage');
    const { nodes } = await this.#session.send('Memory.getDOMCounters');
    const historyBytes = Number(await this.#page.locator('.scale').getAttribute('data-history-bytes'));
    return { heapBytes: usedSize, domNodes: nodes, historyBytes };
  }

  /** How long its main thread has worked, since it began to be counted. */
  async busySeconds(): Promise<number> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  }

  /** What draws: a GPU, or a processor in its place. */
  async renderer(): Promise<string> {
    return this.#page.evaluate<string>(`(() => {
      const context = document.createElement('canvas').getContext('webgl');
      const facts = context?.getExtension('WEBGL_debug_renderer_info');
      return facts ? context.getParameter(facts.UNMASKED_RENDERER_WEBGL) : 'no GPU: the processor draws';
    })()`);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
