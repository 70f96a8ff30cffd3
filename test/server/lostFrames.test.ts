import t from 'tap';
import type { WaitingCopy } from '../../server/faults/FrameQueue.ts';
import type { DelayedFrame } from '../../server/hub/DelayedFrames.ts';
import { LostFrames } from '../../server/hub/LostFrames.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function copies(count: number, sinceMs: number): WaitingCopy<DelayedFrame>[] {
  return Array.from({ length: count }, (_, at) => {
    return { sinceMs, payload: { copyNumber: at } } as unknown as WaitingCopy<DelayedFrame>;
  });
}

t.test('a great loss is told in slices, in order, and a later one behind it', async (t) => {
  const told: string[] = [];
  const lost = new LostFrames(({ copyNumber }, cause, waitedMs) => told.push(`${cause} ${waitedMs} ${copyNumber}`));
  lost.add(copies(3, 10), 'removed', 30);
  t.same(told, ['removed 20 0', 'removed 20 1', 'removed 20 2'], 'a small one is told at once');
  told.length = 0;
  lost.add(copies(100_000, 10), 'removed', 30);
  lost.add(copies(2, 5), 'partition', 30);
  let turns = 0;
  let before = 0;
  while (told.length < 100_002 && turns < 1000) {
    if (told.length - before > 2000) t.fail('one turn told more');
    before = told.length;
    turns += 1;
    await turn();
  }
  t.ok(turns >= 50, `${turns} turns, in each of which others had theirs`);
  const expected = [
    ...Array.from({ length: 100_000 }, (_, at) => `removed 20 ${at}`),
    ...['partition 25 0', 'partition 25 1'],
  ];
  t.ok(
    told.every((line, at) => line === expected[at]),
    'in order',
  );
});

t.test('a cluster that is forgotten tells no more', async (t) => {
  let told = 0;
  const lost = new LostFrames(() => (told += 1));
  lost.add(copies(5000, 0), 'removed', 1);
  lost.stop();
  for (let count = 0; count < 5; count += 1) await turn();
  t.equal(told, 2000);
});
