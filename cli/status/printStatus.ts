import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { relayAccess } from '../live/relayAccess.ts';
import { JSON_OUTPUT, WHICH_CLUSTER } from '../settings/sharedSettings.ts';
import { coloursFor, showsBlocks } from '../view/colours.ts';
import { renderScreen } from '../view/screen.ts';

/** Where the output is no terminal nothing is cut: a script, or a file, takes lines of any width. */
const COLUMNS_ELSEWHERE = Infinity;

/** Prints the clusters once. */
export async function printStatus({ settings, stdout }: Invocation): Promise<number> {
  const { client, url } = relayAccess(settings);
  const named = settings.get(WHICH_CLUSTER);
  const ids = named === undefined ? (await client.clusters()).map(({ id }) => id) : [named];
  const views = await Promise.all(ids.map((id) => client.cluster(id)));
  if (settings.get(JSON_OUTPUT)) {
    stdout.write(views.map(json).join(''));
    return 0;
  }
  if (views.length === 0) stdout.write(`no peer has connected to the relay at ${url} yet\n`);
  stdout.write(views.map((view) => screenOf(view, stdout)).join('\n'));
  return 0;
}

function screenOf(view: ClusterView, stdout: NodeJS.WriteStream): string {
  const columns = stdout.isTTY ? stdout.columns : COLUMNS_ELSEWHERE;
  const look = { columns, rows: Infinity, colours: coloursFor(stdout), blocks: showsBlocks() };
  return `${renderScreen({ cluster: view.id, view, events: [] }, look)}\n`;
}
