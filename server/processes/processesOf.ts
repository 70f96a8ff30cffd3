import { WhitewaterError } from '../../shared/errors.ts';
import type { ProcessesView } from '../../shared/http/Processes.ts';
import type { ProcessOwner } from './ProcessOwner.ts';

/** How the processes of that cluster's peers are; undefined when their owner is not known here. */
export function processesOf(owner: ProcessOwner | undefined, cluster: string): ProcessesView | undefined {
  const view = owner?.view;
  return view?.owned === true && view.cluster === cluster ? view : undefined;
}

/** @throws {WhitewaterError} PROCESS_NOT_OWNED when there is none for that cluster */
export function ownerOf(owner: ProcessOwner | undefined, cluster: string): ProcessOwner {
  if (owner !== undefined && processesOf(owner, cluster) !== undefined) return owner;
  const owned = owner?.view.cluster ?? null;
  const known = owned === null ? 'this relay knows no owner of any' : `those that this relay can stop are of ${owned}`;
  const message = `nobody is known here who owns the processes of ${cluster}: ${known}; start a cluster with "whitewater up" to stop and start its peers from here`;
  throw new WhitewaterError('PROCESS_NOT_OWNED', message);
}
