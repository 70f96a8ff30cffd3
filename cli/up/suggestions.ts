import { formatGroups } from '../parse/groups.ts';
import { PORT_DEFAULT } from '../settings/sharedSettings.ts';

export interface Suggested {
  readonly url: string;
  readonly peers: readonly string[];
  readonly isLocked: boolean;
}

/** What to do next: the address of the page, and some commands, which work as they stand in another shell. */
export function suggestions({ url, peers, isLocked }: Suggested): string {
  const where = url === `http://127.0.0.1:${PORT_DEFAULT}` ? '' : ` --url ${url}`;
  const commands = ['put colour blue', 'get colour', partitionOf(peers), 'status --watch', 'heal'].map(
    (words) => `  npx whitewater ${words}${where}`,
  );
  const token = isLocked ? ' (with the token in WHITEWATER_TOKEN)' : '';
  return [`The page: ${url}`, `In another shell, try${token}:`, ...commands, 'Ctrl-C ends everything.', ''].join('\n');
}

/** The first peers against the majority that remains. */
function partitionOf(peers: readonly string[]): string {
  const [first] = peers;
  if (peers.length < 2) return `disconnect ${first ?? 'p1'} --for 5s`;
  const minority = Math.max(1, Math.ceil(peers.length / 2) - 1);
  return `partition "${formatGroups([peers.slice(0, minority), peers.slice(minority)])}"`;
}
