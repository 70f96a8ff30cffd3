import type { LiveFrames } from '../../../../../shared/http/Frames.ts';
import type { LiveMessage } from '../../../../../shared/http/Live.ts';
import type { Traffic } from '../../../../../shared/http/Traffic.ts';
import { isReply, kindOf } from '../frames/kinds.ts';
import { ClockFall, FALL_BACK_MS_MAX } from '../history/ClockFall.ts';
import type { FeedWatcher } from '../history/FeedWatcher.ts';
import { lagOf } from '../lag.ts';
import { linkKey } from '../linkRate.ts';
import { peerOf } from '../crown.ts';
import type { Picture } from '../Picture.ts';
import type { GaugeName, Gauges } from './Gauges.ts';
import { SecondSums } from './SecondSums.ts';

/** After a longer silence nobody knows what was meanwhile. */
const SILENCE_MS_MAX = 2000;

const COUNTERS = ['framesIn', 'bytesIn', 'requests'] as const satisfies readonly (GaugeName & keyof Traffic)[];

/** Counts the gauges from what the feed tells. */
export function countGauges(gauges: Gauges): FeedWatcher {
  const sums = new SecondSums(gauges);
  const heartbeats = new Map<string, number>();
  let heartbeatSecond = 0;
  let newestEventMs = -Infinity;
  const clock = new ClockFall();

  const countHeartbeats = ({ frames, timeMs: toldMs }: LiveFrames): void => {
    for (const sample of frames) {
      const { type, from, to } = sample;
      if (isReply(type) || kindOf(sample) !== 'heartbeat') continue;
      // Nothing was before it was told: a second in the future would push all others out.
      const timeMs = Math.min(sample.timeMs, toldMs);
      const second = Math.floor(timeMs / 1000);
      if (second !== heartbeatSecond) heartbeats.clear();
      heartbeatSecond = second;
      const count = (heartbeats.get(linkKey(from, to)) ?? 0) + 1;
      heartbeats.set(linkKey(from, to), count);
      sums.most('heartbeats', timeMs, count);
    }
  };
  const countEvents = (message: LiveMessage): void => {
    const sinceMs = newestEventMs;
    for (const { kind, timeMs } of message.events) {
      // A snapshot tells again what was told, and of what was before this page looked or the relay's clock fell back.
      const isOld = timeMs <= sinceMs || sinceMs === -Infinity || timeMs > message.timeMs + FALL_BACK_MS_MAX;
      if (message.type === 'snapshot' && isOld) continue;
      const atMs = Math.min(timeMs, message.timeMs);
      newestEventMs = Math.max(newestEventMs, atMs);
      if (kind === 'leaderElected') sums.add('elections', atMs, 1);
    }
    newestEventMs = Math.max(newestEventMs, message.timeMs - SILENCE_MS_MAX);
  };

  return (message, after, before) => {
    if (clock.falls(message.timeMs)) {
      sums.forget();
      newestEventMs = -Infinity;
    }
    if (message.type === 'frames') {
      countHeartbeats(message);
      const { delayed, held } = waitingIn(message);
      sums.most('delayed', message.timeMs, delayed);
      sums.most('held', message.timeMs, held);
      return;
    }
    const silenceMs = before === null ? Infinity : message.timeMs - before.relayTimeMs;
    if (before !== null && silenceMs >= 0 && silenceMs <= SILENCE_MS_MAX)
      countSince(sums, before, after, message.timeMs);
    countEvents(message);
    gauges.set(message.timeMs, readingsOf(after));
  };
}

/** What came about between two pictures. */
function countSince(sums: SecondSums, before: Picture, after: Picture, timeMs: number): void {
  sums.spread('leaderlessMs', before.relayTimeMs, timeMs, before.leader === null ? 1 : 0);
  sums.add('elections', timeMs, 0);
  for (const name of COUNTERS) {
    const grown = after.traffic[name] - before.traffic[name];
    // A relay that was started again counts from 0.
    if (grown >= 0) sums.add(name, timeMs, grown);
  }
  sums.add('committed', timeMs, Math.max(0, highestCommit(after) - highestCommit(before)));
}

/** What is read off a picture, and holds for the second in which it was told. */
function readingsOf(picture: Picture): Partial<Record<GaugeName, number>> {
  const commits = peerOf(picture, picture.leader)?.view.status?.commits;
  const disks = picture.peers.flatMap(({ view }) => (view.status?.disk === undefined ? [] : [view.status.disk]));
  const lags = picture.peers.flatMap(({ view }) => {
    const lag = lagOf(picture, view.id);
    return lag === null ? [] : [[`lag:${view.id}`, lag] as const];
  });
  return {
    ...(commits === undefined ? {} : { commitP50Ms: commits.p50Ms, commitP99Ms: commits.p99Ms }),
    ...(disks.length === 0
      ? {}
      : { diskMs: Math.max(...disks.map(({ writingMs, lastWriteMs }) => Math.max(writingMs, lastWriteMs))) }),
    ...Object.fromEntries(lags),
  };
}

function highestCommit({ peers }: Picture): number {
  return peers.reduce((most, { view }) => Math.max(most, view.commitIndex ?? 0), 0);
}

function waitingIn({ queues }: LiveFrames): { readonly delayed: number; readonly held: number } {
  return {
    delayed: queues.reduce((sum, { delayed }) => sum + delayed, 0),
    held: queues.reduce((sum, { held }) => sum + held, 0),
  };
}
