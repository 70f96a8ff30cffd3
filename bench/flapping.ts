// npm run bench -- flapping [--minutes 60]
//
// Whether a relay's memory stays flat while peers come and go. Its exit code is 1 when the last quarter holds more than the first, beside the journal.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Progress } from './support/Progress.ts';
import { wholeNumber } from './support/flagValues.ts';
import { flap, heldBy, type Held } from './support/flapping.ts';
import { program } from './support/program.ts';
import { mebibytes, number, occasionPart, targetsPart } from './support/reportParts.ts';
import { table } from './support/table.ts';

const PEERS = 8;
const LOOK_MS = 1000;
const MORE_BYTES_MAX = 16 * 1_048_576;
const MORE_FILES_MAX = 20;

interface FlappingPlan {
  readonly minutes: number;
}

interface FlappingFigures {
  readonly connections: number;
  /** Looks at the relay, of which the least counts, so that garbage does not: of the first quarter of the time, and of the last. */
  readonly first: Least;
  readonly last: Least;
}

/** The least of each, of some looks. */
interface Least extends Held {
  /** Of the heap, beside the journals. */
  readonly restBytes: number;
}

export const flappingBench = program({
  name: 'flapping',
  heading: 'Peers that come and go',
  says: "whether a relay's memory stays flat while peers come and go",
  plans: { standard: { minutes: 5 }, quick: { minutes: 1 }, full: { minutes: 60 } },
  flags: { minutes: { type: 'string', value: 'N', says: 'so long instead' } },
  adjust: (plan: FlappingPlan, flags) => ({ minutes: wholeNumber(flags, 'minutes') ?? plan.minutes }),
  plannedSeconds: ({ minutes }) => 60 * minutes,
  measure: ({ minutes }, progress) => measure(minutes, progress),
  report: (result) =>
    [
      occasionPart(result),
      `${PEERS} peers that connect, say hello, send and go again, in three ways, for ${number(result.plan.minutes)} min: ` +
        `${number(result.connections)} connections. What the relay's process held, at least, in the first quarter of that and in the last:`,
      table(
        ['relay', 'heap MiB', 'of it journal, about', 'beside the journal', 'resident MiB', 'open files'],
        [heldRow('first quarter', result.first), heldRow('last quarter', result.last)],
      ),
      targetsPart([
        {
          ...{
            what: 'heap beside the journal, which has a bound, last quarter over the first',
            goal: 'at most 16 MiB',
          },
          measured: `${mebibytes(result.last.restBytes - result.first.restBytes, 1)} MiB`,
          isMet: result.last.restBytes - result.first.restBytes <= MORE_BYTES_MAX,
        },
      ]),
    ].join('\n\n'),
  defects: ({ first, last }) => {
    const isFlat = last.restBytes - first.restBytes <= MORE_BYTES_MAX;
    const isClosed = last.openFiles - first.openFiles <= MORE_FILES_MAX;
    return [
      ...(isFlat ? [] : ['the last quarter holds more heap than the first, beside the journal']),
      ...(isClosed ? [] : ['the last quarter has more files open than the first']),
    ];
  },
});

function heldRow(name: string, { heapBytes, journalBytes, restBytes, residentBytes, openFiles }: Least): string[] {
  const bytes = [heapBytes, journalBytes, restBytes, residentBytes];
  return [name, ...bytes.map((count) => mebibytes(count, 1)), number(openFiles)];
}

async function measure(minutes: number, progress: Progress): Promise<FlappingFigures> {
  const main = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  const relay = fork(main, ['relay', '--port', '0', '--config', 'none'], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // So that garbage does not pile up, and what is kept ends the process.
    execArgv: ['--max-old-space-size=64'],
  });
  let lastWords = '';
  relay.stderr?.on('data', (words: Buffer) => (lastWords = (lastWords + words.toString()).slice(-2000)));
  let ended: string | undefined;
  relay.once('exit', (code, signal) => {
    ended = `the relay ended with ${signal ?? `exit code ${code}`}: ${lastWords}`;
  });
  try {
    const [first] = (await once(relay, 'message')) as [{ readonly url?: string }];
    const { url } = first;
    if (url === undefined) throw new Error('the relay does not say where it listens');
    const looks: Held[] = [];
    const endMs = performance.now() + minutes * 60_000;
    // One that fails is missing; why it did is told when the relay ends.
    const look = (): Promise<unknown> =>
      heldBy(url).then(
        (held) => looks.push(held),
        () => undefined,
      );
    const timer = setInterval(() => void look(), LOOK_MS);
    const minutesPassed = setInterval(() => progress.step('flapping', shown(looks), 60), 60_000);
    const connections = await flap(url, PEERS, () => ended !== undefined || performance.now() >= endMs);
    clearInterval(timer);
    clearInterval(minutesPassed);
    if (ended !== undefined) throw new Error(ended);
    const quarter = Math.max(1, Math.floor(looks.length / 4));
    return { connections, first: leastOf(looks.slice(0, quarter)), last: leastOf(looks.slice(-quarter)) };
  } finally {
    relay.kill('SIGTERM');
  }
}

/** What it held of late, at least. */
function shown(looks: readonly Held[]): string {
  const { restBytes, residentBytes } = leastOf(looks.slice(-30));
  return `${looks.length} s, ${mebibytes(restBytes, 1)} MiB beside the journal, ${mebibytes(residentBytes, 1)} MiB resident`;
}

function leastOf(looks: readonly Held[]): Least {
  const least = (of: (held: Held) => number): number => Math.min(...looks.map(of));
  return {
    heapBytes: least((held) => held.heapBytes),
    journalBytes: least((held) => held.journalBytes),
    restBytes: least((held) => held.heapBytes - held.journalBytes),
    residentBytes: least((held) => held.residentBytes),
    openFiles: least((held) => held.openFiles),
  };
}
