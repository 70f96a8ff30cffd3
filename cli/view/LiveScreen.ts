import { clearScreenDown, cursorTo } from 'node:readline';
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
  readonly #heading: string;
  readonly #screenNow: () => Screen;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  readonly #onResize = (): void => this.#startAnew();

  /** @param heading stands above the view */
  constructor(stream: NodeJS.WriteStream, heading: string, screenNow: () => Screen) {
    this.#stream = stream;
    this.#heading = heading;
    this.#screenNow = screenNow;
    this.#draw = createLogUpdate(stream);
    this.#timer = setInterval(() => this.redraw(), REDRAW_MS);
    stream.on('resize', this.#onResize);
    stream.write(heading);
    this.redraw();
  }

  redraw(): void {
    const { columns, rows } = this.#stream;
    const look = { columns, rows, colours: coloursFor(this.#stream), blocks: showsBlocks() };
    this.#draw(renderScreen(this.#screenNow(), look));
  }

  /** Leaves the last view standing and the cursor below it. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stream.off('resize', this.#onResize);
    this.redraw();
    this.#draw.done();
  }

  /** A terminal that is resized wraps its old lines as it likes: nobody knows how many there are to draw over. */
  #startAnew(): void {
    this.#draw.done();
    cursorTo(this.#stream, 0, 0);
    clearScreenDown(this.#stream);
    this.#stream.write(this.#heading);
    this.redraw();
  }
}
