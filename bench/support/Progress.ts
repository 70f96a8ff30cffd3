const BAR_WIDTH = 24;

/**
 * One line on stderr that moves on a terminal; elsewhere a line for each part, so that a log of a run reads well.
 * Progress is measured in seconds of planned work.
 */
export class Progress {
  readonly #plannedSeconds: number;
  #doneSeconds = 0;
  #part = '';

  constructor(plannedSeconds: number) {
    this.#plannedSeconds = plannedSeconds;
  }

  /** Says what begins now, and counts it as done when the next step begins. */
  step(part: string, detail: string, seconds: number): void {
    const share = Math.min(1, this.#doneSeconds / this.#plannedSeconds);
    const percent = `${Math.round(share * 100)} %`.padStart(5);
    if (process.stderr.isTTY) {
      const filled = Math.round(share * BAR_WIDTH);
      const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled);
      process.stderr.write(`\r\u001b[2K[${bar}] ${percent}  ${part}, ${detail}`);
    } else if (part !== this.#part) {
      process.stderr.write(`${percent}  ${part}\n`);
    }
    this.#part = part;
    this.#doneSeconds += seconds;
  }

  /** Leaves an empty line for what is printed next. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}
