import type { ProcessOwner } from '../../server/processes/ProcessOwner.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { CallError, OwnerCall, OwnerNews } from '../process/supervised.ts';

/** An owner of processes that a relay in another process asks. */
export interface ServedOwner {
  /** Tells the relay how all are now. */
  tell(): void;
  /** Does what the relay asks, and tells it when that is done. */
  answer(call: OwnerCall): Promise<void>;
}

/**
 * The owner's end of the channel to its relay; the other is `IpcProcessOwner`.
 * @param send resolves when the news are on their way, or cannot be any more
 */
export function serveOwner(owner: ProcessOwner, send: (news: OwnerNews) => Promise<void>): ServedOwner {
  let isSending = false;
  let isStale = false;
  // Before the last news has left there is no use in another: a relay that does not read would have them pile up.
  const tell = (): void => {
    if (isSending) {
      isStale = true;
      return;
    }
    isSending = true;
    isStale = false;
    void send({ type: 'processes', view: owner.view }).then(() => {
      isSending = false;
      if (isStale) tell();
    });
  };
  const answer = async (call: OwnerCall): Promise<void> => {
    const error = await outcomeOf(owner, call);
    const { view } = owner;
    await send({ type: 'answer', call: call.call, view, ...(error === undefined ? {} : { error }) });
  };
  return { tell, answer };
}

async function outcomeOf(owner: ProcessOwner, call: OwnerCall): Promise<CallError | undefined> {
  try {
    if (call.type === 'act') await owner.act(call.peer, call.action);
    else await owner.restartWith(call.settings);
    return undefined;
  } catch (error) {
    if (error instanceof WhitewaterError) return { code: error.code, message: error.message };
    return { code: 'INTERNAL', message: String(error) };
  }
}
