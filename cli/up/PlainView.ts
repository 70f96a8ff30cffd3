import { timeOfDay } from '../process/lineLogger.ts';
import type { UpView } from './UpView.ts';

/** One line for each thing that happens, for files, pipes and logs. */
export class PlainView implements UpView {
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  news(text: string, timeMs: number): void {
    this.#stream.write(`${timeOfDay(timeMs)}  ${text}\n`);
  }

  open(hints: string): void {
    this.#stream.write(`${hints}\n`);
  }

  close(text: string | undefined): void {
    if (text !== undefined) this.news(text, Date.now());
  }
}
