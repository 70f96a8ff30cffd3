/** How `up` shows what happens: in lines, or in a table that is redrawn. */
export interface UpView {
  /** Something happened at that time (milliseconds since the Unix epoch). */
  news(text: string, timeMs: number): void;
  /** The relay listens: what can be done from now on. */
  open(hints: string): void;
  /** It is over. @param text the last line, if there is one to say */
  close(text: string | undefined): void;
}
