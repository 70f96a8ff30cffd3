import type { ClusterId } from '../../../../shared/ids.ts';
import type { Action } from './actions/Actions.ts';

/** Where commands are sent, for whoever copies one. */
export interface ShellContext {
  /** The relay's address without a slash at its end, such as `http://127.0.0.1:7070`. */
  readonly relay: string;
  readonly cluster: ClusterId;
  /** The command line needs the cluster's name only where a relay has several. */
  readonly isOnlyCluster: boolean;
  /** The commands then read it from the variable WHITEWATER_TOKEN. */
  readonly needsToken: boolean;
}

const RELAY_DEFAULT = 'http://127.0.0.1:7070';

/** The command that does the same as a button. */
export function commandLineOf(action: Action, context: ShellContext): string {
  const url = isDefault(context.relay) ? [] : ['--url', context.relay];
  const cluster = context.isOnlyCluster ? [] : ['--cluster', context.cluster];
  return ['npx whitewater', ...[...action.words, ...cluster, ...url].map(quoted)].join(' ');
}

/** The HTTP request that does the same as a button. */
export function curlOf({ method, path, body }: Action, { relay, cluster, needsToken }: ShellContext): string {
  return [
    `curl -X ${method} ${quoted(`${relay}/api/clusters/${cluster}${path}`)}`,
    ...(needsToken ? ['-H "authorization: Bearer $WHITEWATER_TOKEN"'] : []),
    ...(body === undefined
      ? []
      : ["-H 'content-type: application/json'", `-d ${inSingleQuotes(JSON.stringify(body))}`]),
  ].join(' ');
}

/** A word as a shell takes it, whole and as it is. */
function quoted(word: string): string {
  if (/^[\w.,:=/@%+-]+$/.test(word)) return word;
  return /^[^"$`\\!\n]*$/.test(word) ? `"${word}"` : inSingleQuotes(word);
}

function inSingleQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Starts so many peers for a relay that has none yet. */
export function startPeersLine(relay: string, count: number, cluster: string | null): string {
  const numbers = Array.from({ length: count }, (_, index) => index + 1).join(' ');
  const url = isDefault(relay) ? '' : ` --relay ${relay}`;
  const name = cluster === null ? '' : ` --cluster ${cluster}`;
  return `for n in ${numbers}; do npx whitewater peer --id p$n --peers ${count}${name}${url} & done`;
}

function isDefault(relay: string): boolean {
  return relay === RELAY_DEFAULT || relay === 'http://localhost:7070';
}
