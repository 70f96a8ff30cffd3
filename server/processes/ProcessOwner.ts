import type { ElectionSettings, ProcessAction, ProcessesView } from '../../shared/http/Processes.ts';
import type { PeerId } from '../../shared/ids.ts';

/** Whoever started the peers' processes, and can stop them: the relay itself starts none. */
export interface ProcessOwner {
  /** How all are now. Another object each time that something is different; it may be another each time that it is asked for. */
  readonly view: ProcessesView;
  /**
   * Settles when it is done.
   * @throws {WhitewaterError} PROCESS_NOT_OWNED for a peer of somebody else, PROCESS_NOT_RUNNING, OVERLOADED; not definite:
   *   OUTCOME_UNKNOWN when it takes more than 10 s
   */
  act(peer: PeerId, action: ProcessAction): Promise<void>;
  /**
   * Starts all peers that run anew, one after the other; settles when the last is back.
   * @throws {WhitewaterError} as `act`, and REQUEST_INVALID for settings that make no sense together: then nothing was changed
   */
  restartWith(settings: ElectionSettings): Promise<void>;
}
