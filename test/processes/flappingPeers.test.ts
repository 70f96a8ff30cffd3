import t from 'tap';
import { flap, heldBy } from '../../bench/support/flapping.ts';
import { RunningProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 60_000;
const CONNECTIONS = 1000;
/** So that garbage does not pile up, and what is kept ends the process. */
const SMALL_HEAP = ['env', 'NODE_OPTIONS=--max-old-space-size=40'];
/** For each connection less than a kilobyte stays, if anything does. */
const MORE_BYTES_MAX = 6 * 1_048_576;

t.test(
  `a relay's memory stays flat while peers come and go ${4 * CONNECTIONS} times; "npm run bench:flapping" does so for an hour`,
  async (t) => {
    const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0'], prefix: SMALL_HEAP });
    const [, url = ''] = await relay.line(/listens at (http:\S+)/, WITHIN_MS);
    /** @returns the least heap meanwhile: a relay that is busy collects what it does not need */
    const times = async (wanted: number): Promise<number> => {
      let made = 0;
      let least = Infinity;
      await flap(url, 8, () => {
        made += 1;
        if (made % 100 === 0) void heldBy(url).then(({ heapBytes }) => (least = Math.min(least, heapBytes)));
        return made > wanted;
      });
      return least;
    };
    // The first ones fill tables and caches up to their bounds.
    await times(CONNECTIONS);
    const before = await times(CONNECTIONS);
    const { openFiles } = await heldBy(url);
    await times(CONNECTIONS);
    const after = await times(CONNECTIONS);
    await until(async () => (await heldBy(url)).openFiles <= openFiles + 5, {
      withinMs: WITHIN_MS,
      what: 'no socket leaks',
    });
    const more = after - before;
    t.comment(`${(more / 1_048_576).toFixed(1)} MiB of heap more after ${2 * CONNECTIONS} further connections`);
    t.ok(more < MORE_BYTES_MAX);
  },
);
