import type { LiveEvent } from '../../shared/http/Live.ts';
import type { Invocation } from '../Command.ts';
import { followCluster, type FollowedCluster } from '../live/followCluster.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { timeOfDay } from '../process/lineLogger.ts';
import { onOutputLost } from '../process/output.ts';
import { stopRequested } from '../process/shutdown.ts';
import { JSON_OUTPUT, PLAIN } from '../settings/sharedSettings.ts';
import { formatDuration } from '../view/durations.ts';
import { visible } from '../view/visible.ts';
import { isLiveTerminal, LiveScreen } from '../view/LiveScreen.ts';
import type { Screen } from '../view/screen.ts';

/** A feed that tells nothing for this long is probably broken; a cluster with a leader changes ten times a second. */
const SILENCE_MS_MAX = 2000;

/** Shows a cluster until the process is asked to stop. */
export async function watchStatus({ settings, stdout, stderr }: Invocation): Promise<number> {
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  const ending = new AbortController();
  void stopRequested(() => process.exit(130)).then(() => ending.abort());
  onOutputLost(() => ending.abort());
  let print: (events: readonly LiveEvent[]) => void = () => undefined;
  let tellFeed: (isOpen: boolean) => void = () => undefined;
  const followed = followCluster({
    ...{ url: access.url, token: access.token, cluster, signal: ending.signal },
    onChange: (events) => print(events),
    isPatient: () => false,
    onFeed: (isOpen) => tellFeed(isOpen),
  });
  const feedLine = (isOpen: boolean): string =>
    `${timeOfDay(Date.now())}  ${isOpen ? feedIsBack(access.url) : feedIsLost(access.url)}\n`;
  if (settings.get(JSON_OUTPUT)) {
    // Standard output has the clusters, and nothing else.
    tellFeed = (isOpen) => stderr.write(feedLine(isOpen));
    print = () => stdout.write(`${JSON.stringify(followed.picture.viewAt(performance.now()))}\n`);
  } else if (settings.get(PLAIN) || !isLiveTerminal(stdout)) {
    tellFeed = (isOpen) => stdout.write(feedLine(isOpen));
    print = (events) =>
      stdout.write(events.map(({ timeMs, text }) => `${timeOfDay(timeMs)}  ${visible(text)}\n`).join(''));
  } else {
    return showLive(followed, cluster, access.url, stdout);
  }
  await followed.ended;
  return 0;
}

async function showLive(
  followed: FollowedCluster,
  cluster: string,
  url: string,
  stdout: NodeJS.WriteStream,
): Promise<number> {
  const screen = new LiveScreen(stdout, '', () => screenOf(followed, cluster, url));
  try {
    await followed.ended;
  } finally {
    screen.stop();
  }
  return 0;
}

function screenOf({ picture, isOpen }: FollowedCluster, cluster: string, url: string): Screen {
  const nowMs = performance.now();
  const view = picture.viewAt(nowMs);
  return {
    ...{ cluster, view, events: picture.events },
    timerOf: ({ id }) => picture.timerAt(id, nowMs),
    notice: view && noticeOf(isOpen, picture.ageMs(nowMs), url),
  };
}

function feedIsLost(url: string): string {
  return `the relay at ${url} is lost; what happens meanwhile is not told, and it is tried again`;
}

function feedIsBack(url: string): string {
  return `the relay at ${url} is back`;
}

/** What to say when the picture is not of now. */
export function noticeOf(isOpen: boolean, ageMs: number, url: string): string | undefined {
  const since = `the picture is ${formatDuration(ageMs)} old`;
  if (!isOpen) return `no live feed from ${url}, trying again; ${since}`;
  return ageMs > SILENCE_MS_MAX ? `nothing has changed for ${formatDuration(ageMs)}` : undefined;
}
