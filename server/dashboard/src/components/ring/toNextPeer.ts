import type { PeerId } from '../../../../../shared/ids.ts';
import { positive } from '../../geometry/ring.ts';

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Arrows go from peer to peer: clockwise from the top, then those that stand apart. */
export function toNextPeer(event: KeyboardEvent, angles: ReadonlyMap<PeerId, number>, apart: readonly PeerId[]): void {
  const step = STEPS[event.key];
  const { target, currentTarget } = event;
  if (step === undefined || !(target instanceof Element) || !(currentTarget instanceof Element)) return;
  const id = target.closest('.touch')?.closest<SVGElement>('.peer')?.dataset['peer'];
  if (id === undefined) return;
  const fromTop = (radians: number): number => positive(radians + Math.PI / 2 + 1e-9);
  const order: readonly string[] = [
    ...[...angles].sort(([, a], [, b]) => fromTop(a) - fromTop(b)).map(([peer]) => peer),
    ...apart,
  ];
  const next = order.at((order.indexOf(id) + step) % order.length);
  for (const peer of currentTarget.querySelectorAll<SVGElement>('.peer')) {
    if (peer.dataset['peer'] === next) peer.querySelector<SVGElement>('.touch')?.focus();
  }
  event.preventDefault();
}
