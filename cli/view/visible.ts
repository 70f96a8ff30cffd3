/** Controls of ASCII and Latin-1, what ends a line, and what turns the direction of writing. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text of a file, of a relay or of a peer as it may be shown: what would steer the terminal is written as JSON writes it, such as
 * `\u001b`.
 */
export function visible(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
