import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Invocation } from '../Command.ts';
import { visible } from '../view/visible.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

/** Prints one line for people, or the relay's answer for programs. */
export function printAnswer({ settings, stdout }: Invocation, answer: ClusterView, line: string): void {
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : `${visible(line)}\n`);
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
