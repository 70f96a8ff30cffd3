import { coloursFor, type Colours } from '../view/colours.ts';
import { visible } from '../view/visible.ts';

export interface TimelineEntry {
  readonly atMs: number;
  /** `do`, `until`, `expect` and so on; `event` for what happened by itself. */
  readonly verb: string;
  readonly what: string;
  readonly outcome: string;
  readonly ok: boolean;
}

/** What happens in a run, one line each: when, what, and what came of it. */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly #write: ((text: string) => void) | undefined;
  readonly #colours: Colours;
  readonly #columns: number;
  #startedMs = performance.now();

  /** @param stdout undefined: nothing is printed, as for JSON */
  constructor(stdout: NodeJS.WriteStream | undefined) {
    this.#write = stdout === undefined ? undefined : (text) => stdout.write(text);
    this.#colours = coloursFor(stdout ?? process.stdout);
    this.#columns = stdout?.isTTY === true ? stdout.columns : Infinity;
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }

  /** From here on times are counted. */
  begin(): void {
    this.#startedMs = performance.now();
  }

  /** A line without a time. */
  title(text: string): void {
    this.#write?.(`${this.#colours.bold(visible(text))}\n`);
  }

  add(entry: Omit<TimelineEntry, 'atMs'>): void {
    const told = { atMs: this.elapsedMs, ...entry };
    this.entries.push(told);
    const shown = { ...told, what: visible(told.what), outcome: visible(told.outcome) };
    this.#write?.(`${this.#lineOf(shown)}\n`);
  }

  event(text: string): void {
    this.add({ verb: 'event', what: text, outcome: '', ok: true });
  }

  verdict(ok: boolean, text: string): void {
    const paint = ok ? this.#colours.green : this.#colours.red;
    this.#write?.(`${timeText(this.elapsedMs)}  ${paint(ok ? 'PASSED' : 'FAILED')}  ${visible(text)}\n\n`);
  }

  #lineOf({ atMs, verb, what, outcome, ok }: TimelineEntry): string {
    const { dim, red, green, cyan } = this.#colours;
    if (verb === 'event') return dim(fitted(`${timeText(atMs)}  ${' '.repeat(VERB_WIDTH)}  ${what}`, this.#columns));
    const head = `${timeText(atMs)}  ${cyan(verb.padEnd(VERB_WIDTH))}  `;
    const bare = timeText(atMs).length + VERB_WIDTH + 4;
    if (outcome === '') return head + fitted(what, this.#columns - bare);
    const shown = fitted(outcome, Math.max(20, this.#columns - bare - Math.max(WHAT_WIDTH, what.length) - 7));
    return `${head}${what.padEnd(WHAT_WIDTH)}  ${ok ? green('ok  ') : red('FAIL')} ${ok ? shown : outcome}`;
  }
}

const VERB_WIDTH = 8;
const WHAT_WIDTH = 44;

function timeText(atMs: number): string {
  return `${(atMs / 1000).toFixed(2).padStart(7)} s`;
}

function fitted(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}~`;
}
