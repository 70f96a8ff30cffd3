import type { WriteAnswer } from '../../shared/http/KeyValueAnswers.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

/** One line that stays one line: text with control characters is written as JSON has it. */
export function inOneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) ? JSON.stringify(text) : text;
}

export function printWrite({ settings, stdout }: Invocation, answer: WriteAnswer): void {
  const { key, revision } = answer;
  const line = revision === 0 ? `${inOneLine(key)} is deleted` : `${inOneLine(key)} has revision ${revision}`;
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : `${line}\n`);
}
