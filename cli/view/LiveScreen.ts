import { createLogUpdate } from 'log-update';
import { coloursFor, showsBlocks } from './colours.ts';
import { renderScreen, type Screen } from './screen.ts';

/** Five times a second: fast enough for a timer's bar, slow enough for a terminal at the far end of a line. */
const REDRAW_MS = 200;

/** Whether a table that is redrawn in place makes sense there: on a terminal of known size that can move its cursor. */
export function isLiveTerminal(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): boolean {
  const isTable = stream.isTTY && stream.columns > 0 && stream.rows > 0;
  return isTable && environment['TERM'] !== 'dumb' && (environment['CI'] ?? '') === '';
}

/** Draws the view again and again in the same place. */
export class LiveScreen {
  readonly #stream: NodeJS.WriteStream;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #screenNow: () => Screen;
  readonly #timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, screenNow: () => Screen) {
    this.#stream = stream;
    this.#screenNow = screenNow;
    this.#draw = createLogUpdate(stream);
    this.#timer = setInterval(() => this.redraw(), REDRAW_MS);
    this.redraw();
  }

  redraw(): void {
    const { columns, rows } = this.#stream;
    const look = { columns, rows, colours: coloursFor(this.#stream), blocks: showsBlocks() };
    this.#draw(renderScreen(this.#screenNow(), look));
  }

  /** A line that stays, above the view. */
  keep(line: string): void {
    this.#draw.persist(line);
  }

  /** Leaves the last view standing and the cursor below it. */
  stop(): void {
    clearInterval(this.#timer);
    this.redraw();
    this.#draw.done();
  }
}
