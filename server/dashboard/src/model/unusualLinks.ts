import type { LiveFrames } from '../../../../shared/http/Frames.ts';
import { draftOf, type Groups } from './groups.ts';
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
  const groups = draftOf(inForce);
  const cuts = new Set(
    (picture.partition?.cuts ?? []).flatMap(([one, other]) => [linkKey(one, other), linkKey(other, one)]),
  );
  // Of 250 peers there are 62,000 links, most of them plain: of these, nothing is made.
  const told = receiversOf([...picture.links.keys(), ...waiting.keys(), ...cuts]);
  const links = ids.flatMap((from) => {
    const [group, receivers] = [groups.get(from), told.get(from)];
    const some = ids.filter((to) => to !== from && (groups.get(to) !== group || receivers?.has(to) === true));
    return some.map((to): UnusualLink => {
      const key = linkKey(from, to);
      const rate = rateAt(picture.links.get(key) ?? SILENT, nowMs);
      const { delayed = 0, held = 0 } = waiting.get(key) ?? {};
      return {
        ...{ from, to, delayed, held },
        isCut: groups.get(to) !== group || cuts.has(key),
        deliveredPerSecond: rate.deliveredPerSecond,
        droppedPerSecond: rate.droppedPerSecond,
      };
    });
  });
  const sums = queues
    .filter(({ from }) => from === '*')
    .map(({ from, to, delayed, held }): UnusualLink => {
      return { ...{ from, to, delayed, held }, isCut: false, deliveredPerSecond: 0, droppedPerSecond: 0 };
    });
  const isUnusual = (link: UnusualLink): boolean =>
    link.isCut || link.droppedPerSecond >= DROPPED_PER_SECOND_MIN || link.delayed + link.held > 0;
  return [...links, ...sums].filter(isUnusual);
}

/** By sender. An id has no `>` in it. */
function receiversOf(keys: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const receivers = new Map<string, Set<string>>();
  for (const key of keys) {
    const [from = '', to = ''] = key.split('>');
    const known = receivers.get(from) ?? new Set();
    receivers.set(from, known.add(to));
  }
  return receivers;
}
