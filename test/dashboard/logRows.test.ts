import fc from 'fast-check';
import t from 'tap';
import type { LogRow } from '../../server/dashboard/src/model/log/LogView.ts';
import { moved } from '../../server/dashboard/src/model/log/cursor.ts';
import { lastOf, logRows } from '../../server/dashboard/src/model/log/rows.ts';
import { agreedUpTo, differences, runsOf, termAt } from '../../server/dashboard/src/model/log/runs.ts';
import {
  axisIndexes,
  ENTRY_PX_MAX,
  entryPxAt,
  entryPxMin,
  held,
  isAtTail,
  type LogScale,
  shareOf,
  showing,
  tailLeft,
  zoomedAt,
} from '../../server/dashboard/src/model/log/scale.ts';
import { countOf, logShapes } from '../../server/dashboard/src/model/log/shapes.ts';
import { cellText } from '../../server/dashboard/src/model/log/words.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';
import { pictureOf, snapshotOf, viewOf } from './support/views.ts';

const [P1, P2] = IDS as readonly [PeerId, PeerId];

/** A log of these terms, from index 1, as a status tells it. */
function logOf(terms: readonly number[], changes: Partial<Status> = {}): Partial<Status> {
  const runs = terms.flatMap((term, at) => (terms[at - 1] === term ? [] : [{ term, firstIndex: at + 1 }]));
  const last = terms.length;
  return { terms: runs, lastLogIndex: last, lastLogTerm: terms.at(-1) ?? 0, durableIndex: last, ...changes };
}

function rowsOf(...statuses: readonly Status[]): readonly LogRow[] {
  const views = statuses.map((status, at) => viewOf(IDS[at] ?? P1, status));
  const leader = statuses.findIndex(({ role }) => role === 'leader');
  return logRows(pictureOf(snapshotOf(views, { leader: IDS[leader] ?? null, term: statuses[leader]?.term ?? 0 })));
}

t.test('a status becomes a row: runs with their ends, what the leader knows beside what is true', async (t) => {
  const progress = [{ peer: P2, mode: 'replicate' as const, nextIndex: 5, matchIndex: 3, heardMsAgo: 10 }];
  const log = logOf([1, 1, 3, 3, 3], { commitIndex: 4, lastApplied: 3, durableIndex: 4 });
  const [one, two] = rowsOf(leaderStatus(3, { ...log, progress }), followerStatus(3, P1, logOf([1, 1, 3, 3])));
  t.strictSame(one?.runs, [
    { term: 1, from: 1, to: 2 },
    { term: 3, from: 3, to: 5 },
  ]);
  t.match(one, {
    peer: P1,
    first: 1,
    last: 5,
    commit: 4,
    applied: 3,
    durable: 4,
    snapshot: 0,
    told: null,
    agreed: null,
  });
  t.match(two, { told: { next: 5, match: 3, by: P1 }, agreed: 4, conflicts: [] }, 'it has more than its leader knows');
});

t.test('conflicts: another term at an index, and what the leader of a later term does not have', async (t) => {
  const [, two, three] = rowsOf(
    leaderStatus(3, logOf([1, 1, 3])),
    followerStatus(2, null, logOf([1, 1, 2, 2, 2], { commitIndex: 2 })),
    followerStatus(3, P1, logOf([1, 1, 3, 3])),
  );
  t.strictSame(two?.conflicts, [{ from: 3, to: 5 }]);
  t.equal(two?.agreed, 2);
  t.strictSame(three?.conflicts, [], 'one of the leader’s own term: the leader’s status is older than this one');
});

t.test('a leader that is cut off is held against the newest log, and not the others against its own', async (t) => {
  // p1 is the only one that says it leads; p2's leader of term 4 is away and tells nothing.
  const [one, two] = rowsOf(leaderStatus(3, logOf([1, 3, 3])), followerStatus(4, null, logOf([1, 3, 4])));
  t.strictSame(one?.conflicts, [{ from: 3, to: 3 }]);
  t.strictSame(two?.conflicts, []);
  t.equal(two?.told, null);
});

t.test('a peer that tells no terms, and one that has a snapshot', async (t) => {
  const { terms: _, ...silent } = logOf([1, 1, 1]);
  const taken = { firstLogIndex: 4, snapshotIndex: 3, commitIndex: 4, lastApplied: 4 };
  const rows = rowsOf(leaderStatus(1, logOf([1, 1, 1, 1, 1], taken)), followerStatus(1, P1, silent));
  t.strictSame(rows[0]?.runs, [{ term: 1, from: 4, to: 5 }], 'what the snapshot took is no run any more');
  t.strictSame(rows[1]?.runs, []);
  t.strictSame(rows[1]?.conflicts, [], 'what is not told is not judged');
  const [first, second] = rows;
  if (first === undefined || second === undefined) throw new Error('two rows are expected');
  t.equal(cellText(first, 2), 'p1, index 2: in the snapshot.');
  t.equal(cellText(first, 4), 'p1, index 4: term 1, committed, applied, durable.');
  t.equal(cellText(first, 5), 'p1, index 5: term 1, not committed, durable.');
  t.equal(cellText(second, 2), 'p2, index 2: term not told, not committed, durable.');
  t.equal(cellText(second, 9), 'p2, index 9: no entry.');
  const shapes = logShapes(rows, { left: 1, entryPx: 28 }, { widthPx: 400, last: 5 });
  t.strictSame(
    shapes.bars.map(({ row, fill }) => `${row} ${fill}`),
    ['0 snapshot', '0 committed', '0 uncommitted', '1 untold'],
  );
});

t.test('property: runs say of every index what the entries say', async (t) => {
  const log = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }).map((terms) => terms.sort((a, b) => a - b));
  fc.assert(
    fc.property(log, log, (one, other) => {
      const [a, b] = [runsOf(statusOf(logOf(one))), runsOf(statusOf(logOf(other)))];
      const differing = differences(a, b);
      for (let index = 1; index <= 41; index += 1) {
        if (termAt(a, index) !== (one[index - 1] ?? null)) return false;
        const differ = index <= Math.min(one.length, other.length) && one[index - 1] !== other[index - 1];
        if (differ !== differing.some(({ from, to }) => from <= index && index <= to)) return false;
      }
      const last = Math.max(0, ...one.map((term, at) => (other[at] === term ? at + 1 : 0)));
      return agreedUpTo(a, b) === last;
    }),
  );
  t.pass();
});

/** Nine logs of so many entries, with as many terms as a status tells at the most. */
function longRows(entries: number): readonly LogRow[] {
  const terms = Array.from({ length: 32 }, (_, at) => ({
    term: at + 1,
    firstIndex: 1 + Math.floor((at * entries) / 32),
  }));
  const log = {
    ...{ terms, lastLogIndex: entries, lastLogTerm: 32, durableIndex: entries },
    ...{ commitIndex: entries - 5, lastApplied: entries - 6 },
  };
  const progress = IDS.slice(1).map((peer) => ({
    ...{ peer, mode: 'replicate' as const, heardMsAgo: 5 },
    ...{ nextIndex: entries + 1, matchIndex: entries - 3 },
  }));
  return rowsOf(leaderStatus(32, { ...log, progress }), ...IDS.slice(1).map(() => followerStatus(32, P1, log)));
}

t.test('100,000 entries cost no more than 200, at every scale', async (t) => {
  const widthPx = 1800;
  const count = (entries: number, share: number, at: number): number => {
    const rows = longRows(entries);
    const extent = { widthPx, last: lastOf(rows) };
    const entryPx = entryPxAt(share, extent);
    return countOf(logShapes(rows, held({ entryPx, left: 1 + at * tailLeft(extent, entryPx) }, extent), extent));
  };
  let most = 0;
  for (let share = 0; share <= 1; share += 0.02) {
    for (const at of [0, 0.3, 1]) most = Math.max(most, count(100_000, share, at));
  }
  t.ok(most < 5 * (widthPx / 7) * 1.5, `${most} things at the most, about as many as cells of 7 px fit`);
  t.ok(count(100_000, 0, 0) < 5 * 32 * 2 + 60, `the whole log: ${count(100_000, 0, 0)}`);
  t.ok(count(100_000, 1, 1) <= count(200, 1, 1) * 1.2, `${count(100_000, 1, 1)} and ${count(200, 1, 1)} when large`);
  const startMs = performance.now();
  const rows = longRows(100_000);
  for (let frame = 0; frame < 50; frame += 1) logShapes(rows, { left: 50_000, entryPx: 8 }, { widthPx, last: 100_000 });
  t.comment(`${((performance.now() - startMs) / 50).toFixed(2)} ms for the shapes of a frame`);
});

t.test('property: the scale stays within the log, and what is under the pointer stays there', async (t) => {
  const extents = fc.record({
    widthPx: fc.integer({ min: 50, max: 3000 }),
    last: fc.integer({ min: 1, max: 200_000 }),
  });
  const scaleIn = fc.record({
    left: fc.double({ min: -10, max: 300_000, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(extents, scaleIn, fc.double({ min: 0.2, max: 5, noNaN: true }), (extent, { left, share }, factor) => {
      const scale = held({ left, entryPx: entryPxAt(share, extent) }, extent);
      const isHeld = ({ left, entryPx }: LogScale): boolean =>
        left >= 1 &&
        left <= Math.max(1, extent.last + 1) &&
        entryPx >= entryPxMin(extent) * 0.999 &&
        entryPx <= ENTRY_PX_MAX * 1.001;
      const atPx = extent.widthPx / 3;
      const zoomed = zoomedAt(scale, extent, factor, atPx);
      const under = (of: LogScale): number => of.left + atPx / of.entryPx;
      const isFree = zoomed.left > 1 && !isAtTail(zoomed, extent);
      const shown = showing(scale, extent, Math.ceil(extent.last / 2));
      const index = Math.ceil(extent.last / 2);
      return (
        isHeld(scale) &&
        isHeld(zoomed) &&
        (!isFree || Math.abs(under(zoomed) - under(scale)) < 0.001 * under(scale)) &&
        index >= Math.floor(shown.left) &&
        index <= shown.left + extent.widthPx / shown.entryPx &&
        Math.abs(shareOf(entryPxAt(share, extent), extent) - share) <
          0.01 + Number(entryPxMin(extent) >= ENTRY_PX_MAX) &&
        axisIndexes(scale, extent, 64).length <= extent.widthPx / 60 + 2
      );
    }),
  );
  t.pass();
});

t.test('arrow keys move the cursor by entry and by peer, and no further than there is', async (t) => {
  const rows = rowsOf(leaderStatus(1, logOf(Array(30).fill(1))), followerStatus(1, P1, logOf([1, 1])));
  const go = (key: string, from: Parameters<typeof moved>[0], shift = false) =>
    moved(from, rows, { key, shift, page: 12 });
  t.strictSame(go('ArrowRight', null), { peer: P1, index: 30 }, 'it begins at the end of the first row');
  t.strictSame(go('ArrowLeft', { peer: P1, index: 30 }), { peer: P1, index: 29 });
  t.strictSame(go('ArrowRight', { peer: P1, index: 30 }), { peer: P1, index: 30 });
  t.strictSame(go('ArrowLeft', { peer: P1, index: 5 }, true), { peer: P1, index: 1 });
  t.strictSame(go('ArrowDown', { peer: P1, index: 30 }), { peer: P2, index: 30 });
  t.strictSame(go('ArrowDown', { peer: P2, index: 30 }), { peer: P2, index: 30 });
  t.strictSame(go('PageUp', { peer: P1, index: 30 }), { peer: P1, index: 18 });
  t.strictSame(go('Home', { peer: P2, index: 30 }), { peer: P2, index: 1 });
  t.strictSame(go('End', { peer: P2, index: 30 }), { peer: P2, index: 2 });
  t.equal(go('x', { peer: P1, index: 1 }), null);
});
