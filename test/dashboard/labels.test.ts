import fc from 'fast-check';
import t from 'tap';
import { CAPTION_SIZE_MIN, roomCaptionSizeMin } from '../../server/dashboard/src/geometry/captionSize.ts';
import { captionSides } from '../../server/dashboard/src/geometry/captions.ts';
import { captionBox, freeSides, overlap } from '../../server/dashboard/src/geometry/labels.ts';
import { placesOf } from '../../server/dashboard/src/geometry/places.ts';
import { anglesOf, HALO } from '../../server/dashboard/src/geometry/ring.ts';
import type { Groups } from '../../server/dashboard/src/model/groups.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';

const SIZES = [
  { width: 620, height: 400 },
  { width: 795, height: 475 },
  { width: 900, height: 600 },
  { width: 1200, height: 800 },
  { width: 1900, height: 900 },
];

/** One to nine peers, each in one of so many groups. */
const cut = fc
  .integer({ min: 1, max: 9 })
  .chain((n) => fc.array(fc.integer({ min: 0, max: n - 1 }), { minLength: n, maxLength: n }));

function groupsOf(letters: readonly number[]): { readonly ids: readonly PeerId[]; readonly groups: Groups } {
  const ids = letters.map((_, index) => peerId(`p${index + 1}`));
  const groups = [...new Set(letters)].map((letter) => ids.filter((_, index) => letters[index] === letter));
  return { ids, groups };
}

t.test('no caption stands on a peer or on another caption, however the network is cut', async (t) => {
  await fc.assert(
    fc.asyncProperty(cut, fc.constantFrom(...SIZES), fc.boolean(), async (letters, size, isForRoom) => {
      const sizeMin = isForRoom ? roomCaptionSizeMin(size.width) : CAPTION_SIZE_MIN;
      const { ids, groups } = groupsOf(letters);
      const angles = anglesOf(ids, groups);
      const places = placesOf(size, angles, [], sizeMin);
      const setting = { lines: Math.min(2, places.captionLinesMax), sizeMin };
      const sides = freeSides(places.peers, captionSides(angles), size, setting);
      if (ids.length <= 3)
        t.ok(
          [...sides.values()].every((side) => side !== null),
          'a few have room always',
        );
      const boxes = [...places.peers].flatMap(([id, place]) => {
        const side = sides.get(id) ?? null;
        return side === null ? [] : [{ id, place, box: captionBox(place, side, setting) }];
      });
      for (const { id, box } of boxes) {
        for (const other of boxes) {
          if (other.id === id) continue;
          const { x, y, radius } = other.place;
          const reach = radius * HALO;
          const body = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
          t.equal(overlap(box, body), 0, `${id}'s caption and ${other.id}`);
          t.equal(overlap(box, other.box), 0, `the captions of ${id} and ${other.id}`);
        }
      }
    }),
    { numRuns: 400 },
  );
});
