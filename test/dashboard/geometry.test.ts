import fc from 'fast-check';
import t from 'tap';
import { CAPTION_SIZE_MIN, roomCaptionSizeMin } from '../../server/dashboard/src/geometry/captionSize.ts';
import { captionSides } from '../../server/dashboard/src/geometry/captions.ts';
import { chordOf, strokeWidthOf } from '../../server/dashboard/src/geometry/chord.ts';
import { makeLayout } from '../../server/dashboard/src/geometry/Layout.ts';
import { anglesOf, HALO, layoutOf, pointAt, stretchesOf, wrapped } from '../../server/dashboard/src/geometry/ring.ts';
import { bodyOf, bandOf, crownPath } from '../../server/dashboard/src/geometry/shapes.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { Role } from '../../shared/messages/Status.ts';

const TURN = 2 * Math.PI;
const peersOf = (n: number): PeerId[] => Array.from({ length: n }, (_, index) => peerId(`p${index + 1}`));
const groupsOf = (text: string): PeerId[][] => text.split('|').map((group) => group.split(',').map(peerId));
const around = (radians: number): number => ((radians % TURN) + TURN) % TURN;

/** Ids as they stand on the ring, clockwise from p1. */
function clockwise(angles: ReadonlyMap<PeerId, number>): string {
  const first = angles.get(peerId('p1')) ?? 0;
  const offset = (radians: number): number => around(radians - first + 1e-9);
  return [...angles]
    .sort(([, a], [, b]) => offset(a) - offset(b))
    .map(([id]) => id)
    .join();
}

/** A cluster of 1 to 9 and some way to divide it. */
const divided = fc.integer({ min: 1, max: 9 }).chain((n) =>
  fc.array(fc.nat(3), { minLength: n, maxLength: n }).map((letters) => {
    const peers = peersOf(n);
    const groups = [0, 1, 2, 3].map((letter) => peers.filter((_, index) => letters[index] === letter));
    return { peers, groups: groups.filter((group) => group.length > 0) };
  }),
);

t.test('a whole network stands evenly, the first on top, two side by side', async (t) => {
  const angles = anglesOf(peersOf(5), [peersOf(5)]);
  t.equal(clockwise(angles), 'p1,p2,p3,p4,p5');
  t.ok(Math.abs(wrapped((angles.get(peerId('p1')) ?? 0) + Math.PI / 2)) < 1e-9);
  const two = [...anglesOf(peersOf(2), [peersOf(2)]).values()];
  t.ok(two.every((radians) => Math.abs(Math.sin(radians)) < 1e-9));
});

t.test('neighbours that are divided keep their order', async (t) => {
  t.equal(clockwise(anglesOf(peersOf(5), groupsOf('p1,p2|p3,p4,p5'))), 'p1,p2,p3,p4,p5');
  t.equal(clockwise(anglesOf(peersOf(5), groupsOf('p3|p1,p2,p4,p5'))), 'p1,p2,p3,p4,p5');
});

t.test('a divided network: members side by side, groups farther apart, everybody at a place of their own', async () => {
  fc.assert(
    fc.property(divided, ({ peers, groups }) => {
      const angles = anglesOf(peers, groups);
      if (angles.size !== peers.length) return false;
      const groupOf = (id: PeerId): number => groups.findIndex((group) => group.includes(id));
      const standing = [...angles].sort(([, a], [, b]) => around(a) - around(b));
      const changes = standing.filter(([id], index) => groupOf(id) !== groupOf(standing.at(index - 1)?.[0] ?? id));
      // Round the circle each group begins once.
      if (groups.length > 1 && changes.length !== groups.length) return false;
      const step = TURN / (peers.length + (groups.length < 2 ? 0 : 1.5));
      const between = step * (1 + 1.5 / groups.length);
      return standing.every(([id, radians], index) => {
        const [before, radiansBefore] = standing.at(index - 1) ?? [id, radians];
        if (before === id) return true;
        const gap = around(radians - radiansBefore);
        return Math.abs(gap - (groupOf(before) === groupOf(id) ? step : between)) < 1e-6;
      });
    }),
    { numRuns: 300 },
  );
});

t.test('the stretch of a group holds its members and nobody else', async () => {
  fc.assert(
    fc.property(divided, ({ peers, groups }) => {
      if (groups.length < 2) return true;
      const angles = anglesOf(peers, groups);
      return stretchesOf(groups, angles).every(({ fromRadians, toRadians }, index) =>
        peers.every((id) => {
          const offset = around((angles.get(id) ?? 0) - fromRadians + 1e-6);
          return offset <= toRadians - fromRadians + 2e-6 === (groups[index]?.includes(id) ?? false);
        }),
      );
    }),
    { numRuns: 300 },
  );
});

t.test('from a phone to a projector every peer is on the stage, and they do not cover each other', async (t) => {
  for (const [width, height, sizeMin] of [
    [350, 400, CAPTION_SIZE_MIN],
    [790, 440, CAPTION_SIZE_MIN],
    [1300, 650, CAPTION_SIZE_MIN],
    [700, 900, CAPTION_SIZE_MIN],
    [984, 620, roomCaptionSizeMin(984)],
    [1230, 590, roomCaptionSizeMin(1230)],
    [2500, 1000, roomCaptionSizeMin(2500)],
  ] as const) {
    for (let n = 1; n <= 9; n += 1) {
      const { ring, nodeRadius } = layoutOf(width, height, n, sizeMin);
      const halo = nodeRadius * HALO;
      for (let count = 1; count <= n; count += 1) {
        const groups = Array.from({ length: count }, (_, group) =>
          peersOf(n).filter((_id, at) => at % count === group),
        );
        const points = [...anglesOf(peersOf(n), groups).values()].map((radians) => pointAt(ring, radians));
        const inside = points.every(
          ({ x, y }) => x - halo >= 0 && x + halo <= width && y - halo >= 0 && y + halo <= height,
        );
        const what = `${n} peers in ${count} groups on ${width} by ${height}`;
        t.ok(inside, `${what} are inside`);
        const distances = points.flatMap((a, index) =>
          points.slice(index + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)),
        );
        const nearest = Math.min(Infinity, ...distances);
        t.ok(nearest >= 2 * halo, `${what} are ${nearest} apart, with halos of ${halo}`);
      }
    }
  }
});

t.test(
  'a click near the straight line of a link, or near either bow, means a direction of it: the one that bows to its side',
  async (t) => {
    const [p1, p2] = [peerId('p1'), peerId('p2')];
    const places = new Map([
      [p1, { x: 100, y: 100, radius: 30 }],
      [p2, { x: 700, y: 400, radius: 30 }],
    ]);
    const layout = makeLayout({ width: 800, height: 500 }, places);
    const chord = layout.chord(p1, p2);
    const [across, length] = [{ x: -300, y: 600 }, Math.hypot(300, 600)];
    const beside = (pixels: number) => ({
      x: 400 + (across.x / length) * pixels,
      y: 250 + (across.y / length) * pixels,
    });
    const apex = Math.hypot((chord?.middle.x ?? 0) - 400, (chord?.middle.y ?? 0) - 250);
    t.ok(apex > 15, `the bow is ${apex} px high`);
    for (let pixels = 1; pixels <= apex + 10; pixels += 1) {
      t.strictSame(layout.linkAt(beside(pixels)), { from: p1, to: p2 }, `${pixels} px to the right`);
      t.strictSame(layout.linkAt(beside(-pixels)), { from: p2, to: p1 }, `${pixels} px to the left`);
    }
    t.ok(layout.linkAt(beside(0)));
    t.equal(layout.linkAt(beside(apex + 12)), null);
    t.equal(layout.linkAt({ x: 100, y: 100 }), null, 'peers come before links');
  },
);

t.test('captions stand outward, and at the top away from the nearer neighbour', async (t) => {
  const side = (groups: string): unknown => {
    const all = groupsOf(groups);
    return Object.fromEntries(captionSides(anglesOf(peersOf(5), all)));
  };
  t.match(side('p1,p2,p3,p4,p5'), { p1: 'right', p2: 'right', p3: 'right', p4: 'left', p5: 'left' });
  t.match(side('p1,p2|p3,p4,p5'), { p1: 'left', p2: 'right', p5: 'left' });
  t.match(Object.fromEntries(captionSides(anglesOf(peersOf(1), [peersOf(1)]))), { p1: 'below' });
});

t.test('a chord runs from rim to rim, and its two directions bow apart', async (t) => {
  const [a, b] = [
    { x: 0, y: 0 },
    { x: 300, y: 0 },
  ];
  const there = chordOf(a, b, 50, 50);
  const back = chordOf(b, a, 50, 50);
  t.match(there?.path, /^M50\.0 0\.0Q150\.0 -?[\d.]+ 250\.0 0\.0$/);
  t.equal(there?.middle.x, 150);
  t.ok((there?.middle.y ?? 0) * (back?.middle.y ?? 0) < 0, 'on different sides');
  t.equal(chordOf(a, { x: 90, y: 0 }, 50, 50), null, 'none between peers that touch');
});

t.test('a line is as heavy as its traffic, within reason', async (t) => {
  const rates = [0, 0.5, 10, 60, 1000, 1e6].map(strokeWidthOf);
  t.equal(rates[0], 0);
  t.strictSame(
    rates,
    rates.toSorted((one, other) => one - other),
  );
  t.ok((rates.at(-1) ?? Infinity) <= 9);
});

t.test('roles differ in shape, and every path is one', async (t) => {
  const roles = Role.anyOf.map((role) => role.const);
  // A candidate and a pre-candidate share a shape; one is solid, the other hollow and dashed.
  t.equal(new Set(roles.map((role) => bodyOf(role, 40))).size, roles.length - 1);
  const ring = { x: 200, y: 200, radiusX: 150, radiusY: 100 };
  const band = bandOf(ring, { fromRadians: 0, toRadians: 4 });
  for (const path of [...roles.map((role) => bodyOf(role, 40)), crownPath(30), band]) {
    t.match(path, /^M[-\d.ALQZ ]+$/);
  }
});
