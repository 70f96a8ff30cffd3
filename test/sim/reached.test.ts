import t, { type Test } from 'tap';
import type { EndpointMessage } from '../../shared/protocol.ts';
import { runSeed, type SeedListeners } from '../../sim/runSeed.ts';
import { range } from '../support/simulate.ts';

/** What these seeds come upon, counted by name. */
async function reached(
  t: Test,
  listenersOf: (count: (what: string) => void) => SeedListeners,
): Promise<(what: string) => number> {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const number of range(40)) await runSeed({ seed: 500 + number, faultsMs: 8000 }, listenersOf(count));
  t.comment([...counts].map(([what, times]) => `${what} ${times}`).join(', '));
  return (what) => counts.get(what) ?? 0;
}

t.test('snapshots travel in many pieces, with faults in their midst', async (t) => {
  const count = await reached(t, (count) => {
    const under = new Map<string, { index: number; offset: number; term: number }>();
    const piece = (to: string, { body }: Extract<EndpointMessage, { type: 'InstallSnapshot' }>): void => {
      const { lastIncludedIndex: index, offset, term, done } = body;
      const before = under.get(to);
      count('pieces');
      if (!done) count('not the last');
      if (before !== undefined) {
        if (before.index === index && before.offset === offset) count('repeated');
        if (before.index !== index) count('a newer snapshot in the midst');
        if (before.index === index && before.term !== term) count('another leader in the midst');
      }
      if (done) under.delete(to);
      else under.set(to, { index, offset, term });
    };
    return { onSent: (_, __, to, ___, message) => message.type === 'InstallSnapshot' && piece(to, message) };
  });
  t.ok(count('pieces') > 50, 'many pieces');
  t.ok(count('not the last') > 30);
  for (const what of ['repeated', 'a newer snapshot in the midst', 'another leader in the midst'])
    t.ok(count(what) > 0, what);
});
