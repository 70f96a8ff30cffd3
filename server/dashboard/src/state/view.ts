import { signal } from '@preact/signals';
import type { Hand, Mode, Store, View } from './Store.ts';

export const SPEED_MIN = 0.01;
export const SPEED_MAX = 10;
/** What is chosen from, slowest first. */
export const SPEEDS: readonly number[] = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

/** @param mode how it begins */
export function makeView(mode: Mode = { kind: 'live' }): View {
  return {
    mode: signal<Mode>(mode),
    selected: signal<View['selected']['value']>(null),
    hovered: signal<View['hovered']['value']>(null),
    range: signal<View['range']['value']>(null),
    look: signal<View['look']['value']>('desk'),
    side: signal<View['side']['value']>('break'),
    below: signal<View['below']['value']>('table'),
    draft: signal<View['draft']['value']>(null),
    hand: signal<View['hand']['value']>('pointer'),
    tour: signal<View['tour']['value']>(null),
  };
}

/** Whether a click on the ring cuts. */
export function hasScissors(hand: Hand): boolean {
  return hand === 'scissors' || hand === 'scissorsBoth';
}

/** Goes to a time of the relay's clock, within what is kept, and stays there; one that plays goes on from it. */
export function lookAt({ view, history }: Store, atMs: number): void {
  const extent = history.extent.peek();
  if (extent === null) return;
  const mode = view.mode.peek();
  const going = mode.kind === 'past' ? mode : { speed: 1, isPlaying: false };
  const within = Math.max(extent.fromMs, Math.min(extent.untilMs, atMs));
  view.mode.value = { kind: 'past', atMs: within, speed: going.speed, isPlaying: going.isPlaying };
}

/** Goes on by so much from the time that is drawn; live, that is back into the past. */
export function step(store: Store, byMs: number): void {
  const { mode } = store.view;
  if (mode.peek().kind === 'live' && byMs > 0) return;
  lookAt(store, store.shownAtMs() + byMs);
}

export function backToLive({ view, recording }: Store): void {
  if (recording === null) view.mode.value = { kind: 'live' };
}

/** Pauses, also what is live; goes on from where one is. */
export function playOrPause(store: Store): void {
  const { view, history, recording } = store;
  const mode = view.mode.peek();
  const extent = history.extent.peek();
  if (extent === null) return;
  if (mode.kind === 'live') {
    lookAt(store, store.shownAtMs());
    return;
  }
  const isAtEnd = recording !== null && !mode.isPlaying && store.shownAtMs() >= extent.untilMs;
  view.mode.value = { ...mode, atMs: isAtEnd ? extent.fromMs : store.shownAtMs(), isPlaying: !mode.isPlaying };
}

/** Live has no speed: it then plays from where it is. */
export function setSpeed(store: Store, speed: number): void {
  const { view } = store;
  const within = Math.max(SPEED_MIN, Math.min(SPEED_MAX, speed));
  const mode = view.mode.peek();
  const isPlaying = mode.kind === 'live' || mode.isPlaying;
  view.mode.value = { kind: 'past', atMs: store.shownAtMs(), speed: within, isPlaying };
}

/** @param by 1: the next faster one; -1: the next slower one */
export function changeSpeed(store: Store, by: 1 | -1): void {
  const mode = store.view.mode.peek();
  const now = mode.kind === 'past' ? mode.speed : 1;
  const next = by === 1 ? SPEEDS.find((speed) => speed > now) : SPEEDS.findLast((speed) => speed < now);
  if (next !== undefined) setSpeed(store, next);
}
