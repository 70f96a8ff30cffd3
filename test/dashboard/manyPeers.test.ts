import t from 'tap';
import { onRing, RING_PEERS_MAX } from '../../server/dashboard/src/model/onRing.ts';
import type { Picture } from '../../server/dashboard/src/model/Picture.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import { unusualLinks } from '../../server/dashboard/src/model/unusualLinks.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { peerId } from '../../shared/ids.ts';
import { deltaOf, snapshotOf, viewOf } from './support/views.ts';

const idsTo = (count: number) => Array.from({ length: count }, (_, index) => peerId(`p${index + 1}`));

function pictureOf(count: number, changes: Partial<ClusterView> = {}): Picture {
  const picture = reduce(
    null,
    snapshotOf(
      idsTo(count).map((id) => viewOf(id, null)),
      changes,
    ),
    0,
  );
  if (picture === null) throw new Error('a snapshot makes a picture');
  return picture;
}

const idsOf = ({ peers }: Picture) => peers.map(({ view }) => view.id);

t.test('the ring shows all peers as long as they can be told apart', async (t) => {
  for (const count of [1, 9, RING_PEERS_MAX]) {
    const picture = pictureOf(count);
    t.equal(onRing(picture), picture, `${count} peers`);
  }
});

t.test('of more, the first, and always whoever leads', async (t) => {
  t.strictSame(idsOf(onRing(pictureOf(250))), idsTo(RING_PEERS_MAX));
  const leader = peerId('p200');
  t.strictSame(idsOf(onRing(pictureOf(250, { leader }))), [...idsTo(RING_PEERS_MAX - 1), leader]);
  t.strictSame(idsOf(onRing(pictureOf(250, { leader: peerId('p3') }))), idsTo(RING_PEERS_MAX));
  t.equal(onRing(pictureOf(250, { leader: peerId('gone') })).peers.length, RING_PEERS_MAX);
});

t.test('links with something to tell', async (t) => {
  const [p1, p2, p3] = idsTo(3);
  if (p1 === undefined || p2 === undefined || p3 === undefined) throw new Error('there are three');
  const links = [
    { from: p1, to: p2, delivered: 9, dropped: 0 },
    { from: p2, to: p1, delivered: 0, dropped: 9 },
  ];
  const lossy = reduce(pictureOf(3), deltaOf({ links }), 0);
  if (lossy === null) throw new Error('a delta changes a picture');
  const queue = { from: p3, to: p1, delayed: 2, held: 1 };
  t.match(unusualLinks(lossy, [[p1, p2, p3]], [queue], 0), [
    { from: p2, to: p1, isCut: false, droppedPerSecond: 9 },
    { from: p3, to: p1, isCut: false, delayed: 2, held: 1 },
  ]);
  const names = (picture: Picture, groups: readonly (typeof p1)[][]) =>
    unusualLinks(picture, groups, [], 0).map(({ from, to, isCut }) => `${from} ${to} ${isCut}`);
  t.strictSame(names(pictureOf(3), [[p1, p2], [p3]]), ['p1 p3 true', 'p2 p3 true', 'p3 p1 true', 'p3 p2 true']);
  const cut = pictureOf(3, { partition: { groups: [], cuts: [[p2, p1]] } });
  t.strictSame(names(cut, [[p1, p2, p3]]), ['p1 p2 true', 'p2 p1 true']);
});
