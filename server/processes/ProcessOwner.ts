import { WhitewaterError } from '../../shared/errors.ts';
import type { ElectionSettings, ProcessAction, ProcessesView } from '../../shared/http/Processes.ts';
import type { PeerId } from '../../shared/ids.ts';

/** Whoever started the peers' processes, and can stop them: the relay itself starts none. */
export interface ProcessOwner {
  /** The newest that the owner told. */
  readonly view: ProcessesView;
  onChange(listener: () => void): void;
  /**
   * Settles when it is done.
   * @throws {WhitewaterError} PROCESS_NOT_OWNED for a peer of somebody else, TIMED_OUT after 10 s, OVERLOADED
   */
  act(peer: PeerId, action: ProcessAction): Promise<void>;
  /**
   * Starts all peers anew, one after the other; settles when the last is back.
   * @throws {WhitewaterError} as `act`, and REQUEST_INVALID for settings that make no sense together
   */
  restartWith(settings: ElectionSettings): Promise<void>;
}

/** @throws {WhitewaterError} PROCESS_NOT_OWNED when there is no owner */
export function ownerOf(owner: ProcessOwner | undefined): ProcessOwner {
  if (owner !== undefined) return owner;
  const message =
    'this relay knows no owner of the peers: start them with `whitewater up` to stop and start them from here';
  throw new WhitewaterError('PROCESS_NOT_OWNED', message);
}
