import type { TimerResetReason } from '../../../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../../../shared/messages/VoteRefusal.ts';

export const TIMER_REASON_WORDS: Readonly<Record<TimerResetReason, string>> = {
  started: 'started',
  heardFromLeader: 'heard from leader',
  grantedVote: 'granted a vote',
  startedElection: 'started election',
  steppedDown: 'stepped down',
  mayNotStand: 'may not stand',
};

/** To be read after the voter's name. */
export const REFUSAL_WORDS: Readonly<Record<VoteRefusal, string>> = {
  staleTerm: 'has a higher term',
  alreadyVoted: 'voted for another',
  logBehind: 'has a newer log',
  leaderAlive: 'hears a leader',
};

/** The same of several voters. */
export const REFUSALS_WORDS: Readonly<Record<VoteRefusal, string>> = {
  staleTerm: 'have a higher term',
  alreadyVoted: 'voted for another',
  logBehind: 'have a newer log',
  leaderAlive: 'hear a leader',
};

/** 85 ms, 1.4 s, 3 s, 12 s, 3 min, 2 h. */
export function durationText(durationMs: number): string {
  if (durationMs < 9950 && durationMs >= 1000 && durationMs % 1000 === 0) return `${durationMs / 1000} s`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1)} s`;
  if (durationMs < 59_500) return `${Math.round(durationMs / 1000)} s`;
  if (durationMs < 3_570_000) return `${Math.round(durationMs / 60_000)} min`;
  return `${Math.round(durationMs / 3_600_000)} h`;
}

/** 12:34:56.789 in the viewer's own time zone. */
export function clockText(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (n: number) => String(n).padStart(2, '0');
  const thousandths = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${thousandths}`;
}

/** 2024-05-01 12:34:56 in the viewer's own time zone. */
export function dateText(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clockText(timeMs).slice(0, 8)}`;
}

/** 0.4 s, 12 s, 2 min 10 s. */
export function agoText(ageMs: number): string {
  if (ageMs < 9950) return `${(Math.max(0, ageMs) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ageMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
