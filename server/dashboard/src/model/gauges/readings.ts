import type { PeerId } from '../../../../../shared/ids.ts';
import type { Marks } from '../history/Marks.ts';
import { durationText } from '../words.ts';
import { GAUGE_SECONDS, type GaugeName, type Gauges } from './Gauges.ts';

/** What one gauge shows. */
export interface Reading {
  readonly key: string;
  readonly title: string;
  readonly value: string;
  /** What the number is of, in few words. */
  readonly detail: string;
  /** A number a second, the newest last; NaN where nothing was told. */
  readonly series: Float64Array;
  /** What the lab allows, where it does. */
  readonly limit: Limit | null;
}

export interface Limit {
  readonly text: string;
  readonly isKept: boolean;
  /** In the unit of the series, to be drawn beside it; null where the two are not of one kind. */
  readonly at: number | null;
}

export interface GaugeFacts {
  readonly gauges: Gauges;
  readonly marks: Marks;
  /** How many peers are members. */
  readonly peers: readonly PeerId[];
  readonly leader: PeerId | null;
  /** Up to when is told, on the relay's clock. */
  readonly untilMs: number;
}

/** The lab's tests: a new leader within five seconds, ten heartbeats a second, and twenty calls of each peer in an idle second. */
const LEADER_WITHIN_MS = 5000;
const HEARTBEATS_MAX = 10;
const IDLE_CALLS_MAX = 20;
/** Rates are means over so long: a second by itself has one heartbeat more or less. */
const RATE_SECONDS = 10;
/** A number that was told longer ago is no longer shown as of now. */
const FRESH_SECONDS = 3;

const NOT_TOLD = 'not told';

/** All gauges, at a time. Those that nobody told of say so. */
export function readings(facts: GaugeFacts): readonly Reading[] {
  return [
    leaderless(facts),
    elections(facts),
    commit(facts, 'commitP50Ms', 'Commit, median', 'half of the proposals took no longer'),
    commit(facts, 'commitP99Ms', 'Commit, p99', '99 of 100 proposals took no longer'),
    heartbeats(facts),
    calls(facts),
    rate(facts, 'framesIn', 'Frames a second', countText),
    rate(facts, 'bytesIn', 'Bytes a second', bytesText),
    newest(facts, 'delayed', 'Frames delayed', 'wait in the relay for their time'),
    newest(facts, 'held', 'Frames held', 'wait in the relay for a release'),
    newest(facts, 'diskMs', 'Slowest disk', 'the newest write of the slowest peer', durationText),
    ...facts.peers.flatMap((peer) => lag(facts, peer)),
  ];
}

function leaderless({ gauges, marks, untilMs }: GaugeFacts): Reading {
  const fromMs = untilMs - GAUGE_SECONDS * 1000;
  const series = gauges.column('leaderlessMs', untilMs, GAUGE_SECONDS);
  const stretches = marks.in(fromMs, untilMs).filter(({ kind }) => kind === 'leaderless');
  const lengths = stretches.map(
    ({ atMs, untilMs: endMs }) => Math.min(untilMs, endMs ?? atMs) - Math.max(fromMs, atMs),
  );
  const longestMs = Math.max(0, ...lengths);
  const last = stretches.at(-1);
  const nowMs = last !== undefined && (last.untilMs ?? 0) >= untilMs ? untilMs - last.atMs : null;
  const heading = { key: 'leaderless', title: 'Time without leader', series };
  if (!isTold(series)) return { ...heading, value: NOT_TOLD, detail: 'in ten minutes', limit: null };
  return {
    ...heading,
    value: durationText(sumOf(series)),
    detail:
      nowMs !== null
        ? `in ten minutes; nobody has led for ${durationText(nowMs)}`
        : longestMs > 0
          ? `in ten minutes; the longest was ${durationText(longestMs)}`
          : 'in ten minutes',
    limit: {
      text: 'lab: a leader within 5 s, while a majority can talk',
      isKept: longestMs <= LEADER_WITHIN_MS,
      at: null,
    },
  };
}

function elections({ gauges, untilMs }: GaugeFacts): Reading {
  const series = gauges.column('elections', untilMs, GAUGE_SECONDS);
  const isKnown = isTold(series);
  return {
    ...{ key: 'elections', title: 'Elections a minute', series, limit: null },
    value: isKnown ? countText(sumOf(series.subarray(-60))) : NOT_TOLD,
    detail: `leaders elected in the last minute${isKnown ? `; ${countText(sumOf(series))} in ten` : ''}`,
  };
}

function commit({ gauges, untilMs }: GaugeFacts, name: GaugeName, title: string, what: string): Reading {
  const series = gauges.column(name, untilMs, GAUGE_SECONDS);
  const ms = freshOf(series);
  return {
    ...{ key: name, title, series, limit: null },
    value: ms === null ? NOT_TOLD : latencyText(ms),
    detail: ms === null ? 'the leader committed nothing in the last 10 s' : `${what}, by the leader’s clock`,
  };
}

function heartbeats({ gauges, untilMs }: GaugeFacts): Reading {
  const series = gauges.column('heartbeats', untilMs, GAUGE_SECONDS);
  const mean = meanOf(wholeSeconds(series));
  return {
    ...{ key: 'heartbeats', title: 'Heartbeats a second', series },
    value: mean === null ? NOT_TOLD : rateText(mean),
    detail: 'on the link that has most of them',
    limit: {
      text: 'lab: at most 10',
      // Half a beat is the ends of the ten seconds that it is a mean of.
      isKept: mean === null || mean <= HEARTBEATS_MAX + 0.5,
      at: HEARTBEATS_MAX,
    },
  };
}

/** The lab's bound is for idle seconds: while something is committed, there is none. */
function calls({ gauges, untilMs, peers }: GaugeFacts): Reading {
  const series = gauges.column('requests', untilMs, GAUGE_SECONDS);
  const mean = meanOf(wholeSeconds(series));
  const committed = sumOf(gauges.column('committed', untilMs, RATE_SECONDS + 1));
  const most = IDLE_CALLS_MAX * peers.length;
  return {
    ...{ key: 'requests', title: 'Calls a second', series },
    value: mean === null ? NOT_TOLD : rateText(mean),
    detail: 'that anybody made of anybody',
    limit:
      committed > 0
        ? { text: `lab: at most ${most} when idle, and it is not`, isKept: true, at: null }
        : { text: `lab: at most ${most} when idle`, isKept: mean === null || mean <= most, at: most },
  };
}

function rate({ gauges, untilMs }: GaugeFacts, name: GaugeName, title: string, text: (n: number) => string): Reading {
  const series = gauges.column(name, untilMs, GAUGE_SECONDS);
  const mean = meanOf(wholeSeconds(series));
  return {
    ...{ key: name, title, series, limit: null },
    value: mean === null ? NOT_TOLD : text(mean),
    detail: 'that came to the relay, mean of ten seconds',
  };
}

function newest(
  { gauges, untilMs }: GaugeFacts,
  name: GaugeName,
  title: string,
  detail: string,
  text: (value: number) => string = countText,
): Reading {
  const series = gauges.column(name, untilMs, GAUGE_SECONDS);
  const value = freshOf(series);
  return { ...{ key: name, title, series, detail, limit: null }, value: value === null ? NOT_TOLD : text(value) };
}

/** Nothing for whoever never was a follower that its leader told of. */
function lag({ gauges, leader, untilMs }: GaugeFacts, peer: PeerId): readonly Reading[] {
  const name: GaugeName = `lag:${peer}`;
  const series = gauges.column(name, untilMs, GAUGE_SECONDS);
  if (!isTold(series)) return [];
  const value = freshOf(series);
  return [
    {
      ...{ key: name, title: `Lag of ${peer}`, series, limit: null },
      ...(leader === peer
        ? { value: 'leads', detail: 'its lag was of when it followed' }
        : value === null
          ? { value: NOT_TOLD, detail: 'no leader tells of it now' }
          : {
              value: `${countText(value)} ${value === 1 ? 'entry' : 'entries'}`,
              detail: 'behind the leader, as the leader knows it',
            }),
    },
  ];
}

/** The newest seconds that are over. */
function wholeSeconds(series: Float64Array): Float64Array {
  return series.subarray(-RATE_SECONDS - 1, -1);
}

function freshOf(series: Float64Array): number | null {
  return [...series.subarray(-FRESH_SECONDS)].findLast((value) => !Number.isNaN(value)) ?? null;
}

function isTold(series: Float64Array): boolean {
  return series.some((value) => !Number.isNaN(value));
}

function sumOf(series: Float64Array): number {
  return series.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0);
}

function meanOf(series: Float64Array): number | null {
  const told = series.filter((value) => !Number.isNaN(value));
  return told.length === 0 ? null : sumOf(told) / told.length;
}

function countText(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function rateText(value: number): string {
  return value < 9.95 ? value.toFixed(1) : countText(value);
}

function latencyText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : durationText(ms);
}

function bytesText(bytes: number): string {
  return bytes < 10_000 ? `${countText(bytes)} B` : `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
}
