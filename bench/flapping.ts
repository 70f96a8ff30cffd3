/**
 * Whether a relay's memory stays flat while peers come and go: `npm run bench:flapping`, for an hour, or `-- --minutes 5`. Prints a line
 * a minute, and ends with exit code 1 when the last quarter holds more than the first.
 */
import { parseArgs } from 'node:util';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { flap, heldBy, type Held } from './support/flapping.ts';

const PEERS = 8;
const LOOK_MS = 2000;
const MORE_BYTES_MAX = 16 * 1_048_576;
const MORE_FILES_MAX = 20;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes is ${values.minutes}: give a number above 0`);

const main = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const relay = fork(main, ['relay', '--port', '0', '--config', 'none'], {
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  // So that garbage does not pile up, and what is kept ends the process.
  execArgv: ['--max-old-space-size=64'],
});
const [first] = (await once(relay, 'message')) as [{ readonly url?: string }];
const { url } = first;
if (url === undefined) throw new Error('the relay does not say where it listens');

const endMs = performance.now() + minutes * 60_000;
const looks: Held[] = [];
const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
const least = (held: readonly Held[], key: keyof Held): number => Math.min(...held.map((each) => each[key]));

const timer = setInterval(() => {
  void heldBy(url).then((held) => {
    looks.push(held);
    if (looks.length % (60_000 / LOOK_MS) !== 0) return;
    const minute = looks.slice(-60_000 / LOOK_MS);
    process.stdout.write(
      `minute ${looks.length / (60_000 / LOOK_MS)}: heap ${mebibytes(least(minute, 'heapBytes'))} MiB at least, resident ${mebibytes(held.residentBytes)} MiB, ${held.openFiles} files\n`,
    );
  });
}, LOOK_MS);
const connections = await flap(url, PEERS, () => performance.now() >= endMs);
clearInterval(timer);
relay.kill('SIGTERM');

const quarter = Math.max(1, Math.floor(looks.length / 4));
const [early, late] = [looks.slice(0, quarter), looks.slice(-quarter)];
const [heapMore, filesMore] = [
  least(late, 'heapBytes') - least(early, 'heapBytes'),
  least(late, 'openFiles') - least(early, 'openFiles'),
];
process.stdout.write(
  `${connections} connections in ${minutes} minutes; the last quarter holds ${mebibytes(heapMore)} MiB of heap and ${filesMore} files more than the first\n`,
);
process.exitCode = heapMore <= MORE_BYTES_MAX && filesMore <= MORE_FILES_MAX ? 0 : 1;
