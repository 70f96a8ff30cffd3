import { setTimeout as after } from 'node:timers/promises';
import { RelayClient } from '../../client/RelayClient.ts';
import { Child, coreShare } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import { percentileOf } from '../support/statistics.ts';
import { OpenPage } from './OpenPage.ts';
import { CLUSTER, type PuppetsOptions } from './puppets.ts';
import type { PageFigures, PagePlan, PageSample } from './result.ts';

/** Before the load is what it will be. */
const SETTLE_SECONDS = 3;

export function plannedSeconds({ aloneSeconds, warmUpSeconds, seconds }: PagePlan): number {
  return SETTLE_SECONDS + aloneSeconds + warmUpSeconds + seconds + 5;
}

/** @throws {Error} where there is no chromium */
export async function measurePage(plan: PagePlan, progress: Progress): Promise<PageFigures> {
  const children: Child[] = [];
  let page: OpenPage | undefined;
  try {
    const relay = await Child.start(new URL('../support/relayProcess.js', import.meta.url));
    children.push(relay);
    const url = `http://127.0.0.1:${relay.port}`;
    const options: PuppetsOptions = { relay: url, peers: plan.peers, framesPerSecond: plan.framesPerSecond };
    const args = [JSON.stringify(options)];
    children.push(await Child.start(new URL('./puppetsProcess.js', import.meta.url), { args }));
    progress.step('relay alone', `${plan.aloneSeconds} s`, SETTLE_SECONDS + plan.aloneSeconds);
    await after(SETTLE_SECONDS * 1000);
    const alone = await shareWhile(relay, () => after(plan.aloneSeconds * 1000));
    page = await OpenPage.open(url);
    progress.step('warm-up', `${plan.warmUpSeconds} s`, plan.warmUpSeconds);
    await after(plan.warmUpSeconds * 1000);
    const client = new RelayClient({ url });
    const before = (await client.cluster(CLUSTER)).traffic.framesIn;
    const beganMs = performance.now();
    const busyBefore = await page.busySeconds();
    const watched: { samples: PageSample[]; intervalsMs: number[] } = { samples: [], intervalsMs: [] };
    const opened = page;
    const viewed = await shareWhile(relay, async () => Object.assign(watched, await watch(opened, plan, progress)));
    const seconds = (performance.now() - beganMs) / 1000;
    const mainThreadShare = ((await page.busySeconds()) - busyBefore) / seconds;
    const framesIn = (await client.cluster(CLUSTER)).traffic.framesIn - before;
    const { samples, intervalsMs } = watched;
    const percentile = (percent: number): number => percentileOf(intervalsMs, percent);
    return {
      samples,
      repaintsPerSecond: 1000 / (intervalsMs.reduce((sum, ms) => sum + ms, 0) / intervalsMs.length),
      intervalMs: { p50: percentile(50), p95: percentile(95), p99: percentile(99), longest: percentile(100) },
      framesPerSecond: framesIn / seconds,
      mainThreadShare,
      relayCoreShare: { alone, viewed },
      renderer: await page.renderer(),
    };
  } finally {
    await page?.close();
    await Promise.all(children.map((child) => child.stop()));
  }
}

async function shareWhile(relay: Child, work: () => Promise<unknown>): Promise<number> {
  const before = await relay.usage();
  await work();
  return coreShare(before, await relay.usage());
}

/** Log and lanes stand in one place of the page: they take turns. */
async function watch(
  page: OpenPage,
  { seconds, sampleSeconds }: PagePlan,
  progress: Progress,
): Promise<{ samples: PageSample[]; intervalsMs: number[] }> {
  const samples: PageSample[] = [];
  const intervalsMs: number[] = [];
  const beganMs = performance.now();
  for (let number = 1; number * sampleSeconds <= seconds; number += 1) {
    progress.step('page', `${(number - 1) * sampleSeconds} of ${seconds} s`, sampleSeconds);
    await page.showBelow(number % 2 === 0 ? 'Time' : 'Log');
    await page.beginCounting();
    await after(sampleSeconds * 1000);
    const intervals = await page.endCounting();
    if (intervals.length === 0) throw new Error('the page painted nothing');
    intervalsMs.push(...intervals);
    samples.push({
      atSeconds: (performance.now() - beganMs) / 1000,
      ...(await page.memory()),
      repaintsPerSecond: 1000 / (intervals.reduce((sum, ms) => sum + ms, 0) / intervals.length),
    });
  }
  return { samples, intervalsMs };
}
