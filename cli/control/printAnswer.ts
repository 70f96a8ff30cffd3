import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Invocation } from '../Command.ts';
import { visible } from '../view/visible.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

/** Prints one line for people, or the relay's answer for programs. */
export function printAnswer({ settings, stdout }: Invocation, answer: ClusterView, line: string): void {
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : `${visible(line)}\n`);
}

/** Who reaches whom in a network without faults. */
export function reachText({ peers }: Pick<ClusterView, 'peers'>): string {
  const all = peers.filter(({ kind }) => kind === 'peer');
  const connected = all.filter((peer) => peer.connected).length;
  if (all.length === 0) return 'nobody has connected yet';
  if (connected === all.length) return `all ${connected} peers can reach each other`;
  return `the ${connected} peers that are connected can reach each other`;
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
