import type { Chronicle, MessageEnd, SentOnce } from './Chronicle.ts';
import { describeEvent } from './describeEvent.ts';
import { describeMessage } from './describeMessage.ts';

interface Line {
  readonly atMs: number;
  readonly order: number;
  readonly who: string;
  readonly what: string;
}

const WHO_WIDTH = 12;

/**
 * What happened in a run, a line each: the time in virtual seconds, who, and what. A message has its line when it arrives, or when it is
 * lost; one that never did either is listed at the end.
 */
export function* logLines(chronicle: Chronicle): Generator<string> {
  const { messages, events, notes } = chronicle;
  const lines: Line[] = [];
  for (const { atMs, order, what } of notes) lines.push({ atMs, order, ...whoOf(what) });
  for (const { atMs, order, peer, event } of events) {
    const what = describeEvent(event);
    if (what !== undefined) lines.push({ atMs, order, who: peer, what });
  }
  for (const sent of messages) for (const end of sent.ends) lines.push(lineOfEnd(sent, end));
  lines.sort((one, other) => one.order - other.order);
  for (const { atMs, who, what } of lines) yield `${seconds(atMs)}  ${who.padEnd(WHO_WIDTH)}  ${what}`;
  for (const sent of messages) {
    const left = sent.copies - sent.ends.length;
    if (left > 0)
      yield `${seconds(chronicle.endMs)}  ${`${sent.from} > ${sent.to}`.padEnd(WHO_WIDTH)}  ${stillUnderWay(sent)}`;
  }
}

function lineOfEnd(sent: SentOnce, { atMs, fate, order }: MessageEnd): Line {
  const { from, to, message, sentMs } = sent;
  const tookMs = (atMs - sentMs).toFixed(1);
  const said = describeMessage(message);
  const what = {
    delivered: `${said} (after ${tookMs} ms${sent.isHeld ? ', held by a rule' : ''})`,
    lost: `${said} IS LOST${atMs > sentMs ? ` with the relay, after ${tookMs} ms` : ''}`,
    cut: `${said} IS CUT OFF`,
    damaged: `${said} ARRIVES DAMAGED, after ${tookMs} ms`,
    nobody: `${said} FINDS NOBODY, after ${tookMs} ms`,
  }[fate];
  return { atMs, order, who: `${from} ${fate === 'delivered' ? '>' : 'x'} ${to}`, what };
}

function stillUnderWay({ message, sentMs, isHeld }: SentOnce): string {
  return `${describeMessage(message)} is ${isHeld ? 'held by a rule' : 'under way'}, sent at ${seconds(sentMs).trim()}`;
}

/** `p3 crashes` is what p3 does; `c1.2 asks 7: ...` what the second life of client c1 does; all else concerns everybody. */
function whoOf(what: string): { who: string; what: string } {
  const match = /^([pc]\d+(?:\.\d+)?) ((?:starts|crashes|is stopped|goes on|ends by|asks|is told|gives up).*)$/s.exec(
    what,
  );
  const [, who, rest] = match ?? [];
  return who === undefined || rest === undefined ? { who: '*', what } : { who, what: rest };
}

function seconds(atMs: number): string {
  return `${(atMs / 1000).toFixed(4).padStart(9)} s`;
}
