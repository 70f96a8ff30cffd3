import type { LiveFrames } from '../../../../shared/http/Frames.ts';
import { type Groups, isCut, isLinkCut } from './groups.ts';
import { linkKey, rateAt, SILENT } from './linkRate.ts';
import type { Picture } from './Picture.ts';

export interface UnusualLink {
  readonly from: string;
  readonly to: string;
  readonly isCut: boolean;
  readonly deliveredPerSecond: number;
  readonly droppedPerSecond: number;
  readonly delayed: number;
  readonly held: number;
}

/** Less than this a second is no loss to speak of. */
const DROPPED_PER_SECOND_MIN = 0.3;

/** Directed links of which there is more to tell than that frames pass; `*` to `*` where the relay counts all of them as one. */
export function unusualLinks(
  picture: Picture,
  inForce: Groups,
  queues: LiveFrames['queues'],
  nowMs: number,
): readonly UnusualLink[] {
  const waiting = new Map(queues.map((queue) => [`${queue.from}>${queue.to}`, queue]));
  const ids = picture.peers.map(({ view }) => view.id);
  const links = ids.flatMap((from) =>
    ids
      .filter((to) => to !== from)
      .map((to): UnusualLink => {
        const rate = rateAt(picture.links.get(linkKey(from, to)) ?? SILENT, nowMs);
        const { delayed = 0, held = 0 } = waiting.get(`${from}>${to}`) ?? {};
        return {
          ...{ from, to, delayed, held },
          isCut: isCut(inForce, from, to) || isLinkCut(picture.partition, from, to),
          deliveredPerSecond: rate.deliveredPerSecond,
          droppedPerSecond: rate.droppedPerSecond,
        };
      }),
  );
  const sums = queues
    .filter(({ from }) => from === '*')
    .map(({ from, to, delayed, held }): UnusualLink => {
      return { ...{ from, to, delayed, held }, isCut: false, deliveredPerSecond: 0, droppedPerSecond: 0 };
    });
  const isUnusual = (link: UnusualLink): boolean =>
    link.isCut || link.droppedPerSecond >= DROPPED_PER_SECOND_MIN || link.delayed + link.held > 0;
  return [...links, ...sums].filter(isUnusual);
}
