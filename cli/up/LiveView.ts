import { timeOfDay } from '../process/lineLogger.ts';
import { LiveScreen } from '../view/LiveScreen.ts';
import type { Screen, ScreenEvent } from '../view/screen.ts';
import type { UpView } from './UpView.ts';

/** More than any terminal shows. */
const EVENTS_KEPT_MAX = 50;

/** A table that is redrawn in place, with the newest events below it. */
export class LiveView implements UpView {
  readonly #stream: NodeJS.WriteStream;
  readonly #shown: () => Omit<Screen, 'events'>;
  readonly #events: ScreenEvent[] = [];
  #screen: LiveScreen | undefined;

  constructor(stream: NodeJS.WriteStream, shown: () => Omit<Screen, 'events'>) {
    this.#stream = stream;
    this.#shown = shown;
  }

  news(text: string, timeMs: number): void {
    if (this.#screen === undefined) {
      // Before there is a table, and after it.
      this.#stream.write(`${timeOfDay(timeMs)}  ${text}\n`);
      return;
    }
    this.#events.push({ text, timeMs });
    this.#events.splice(0, Math.max(0, this.#events.length - EVENTS_KEPT_MAX));
  }

  open(hints: string): void {
    this.#screen = new LiveScreen(this.#stream, `\n${hints}\n`, () => ({ ...this.#shown(), events: this.#events }));
  }

  close(text: string | undefined): void {
    this.#screen?.stop();
    this.#screen = undefined;
    if (text !== undefined) this.news(text, Date.now());
  }
}
