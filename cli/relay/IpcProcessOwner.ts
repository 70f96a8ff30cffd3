import type { ProcessOwner } from '../../server/processes/ProcessOwner.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import {
  NOT_OWNED,
  type ElectionSettings,
  type ProcessAction,
  type ProcessesView,
} from '../../shared/http/Processes.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { OwnerCall, OwnerNews } from '../process/supervised.ts';

/** More are refused: the owner does what is asked of one peer in turn. */
const CALLS_MAX = 16;
const ACT_WITHIN_MS = 10_000;
/** Nine peers, each of which may take 2 s to end and 10 s to come back. */
const SETTINGS_WITHIN_MS = 115_000;

/** An `Omit` that leaves a union one. */
type Uncounted<Call> = Call extends OwnerCall ? Omit<Call, 'call'> : never;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: WhitewaterError) => void;
}

/** The channel to whoever started this process, such as `process` itself. */
export interface OwnerChannel {
  on(event: 'message', listener: (news: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** The owner of the peers as its relay knows it: in another process, which started this one too. The other end is `serveOwner`. */
export class IpcProcessOwner implements ProcessOwner {
  #view: ProcessesView = NOT_OWNED;
  readonly #send: (call: OwnerCall) => Promise<boolean>;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  /** @param send whether the owner has it */
  constructor(channel: OwnerChannel, send: (call: OwnerCall) => Promise<boolean>) {
    this.#send = send;
    channel.on('message', (news) => this.#handle(news as OwnerNews));
    channel.on('disconnect', () => this.#gone());
  }

  get view(): ProcessesView {
    return this.#view;
  }

  act(peer: PeerId, action: ProcessAction): Promise<void> {
    return this.#ask({ type: 'act', peer, action }, ACT_WITHIN_MS);
  }

  restartWith(settings: ElectionSettings): Promise<void> {
    return this.#ask({ type: 'restartWith', settings }, SETTINGS_WITHIN_MS);
  }

  async #ask(call: Uncounted<OwnerCall>, withinMs: number): Promise<void> {
    if (this.#waiting.size >= CALLS_MAX) {
      const message = `${CALLS_MAX} requests wait for the owner of the processes, and no more can; try again later`;
      throw new WhitewaterError('OVERLOADED', message);
    }
    const number = (this.#calls += 1);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(number, { resolve, reject });
        timer = setTimeout(() => {
          const message = `the owner of the processes did not say within ${withinMs / 1000} s that it is done; look at the processes`;
          reject(new WhitewaterError('OUTCOME_UNKNOWN', message));
        }, withinMs);
        void this.#send({ ...call, call: number }).then((isSent) => {
          if (!isSent) reject(new WhitewaterError('PROCESS_NOT_OWNED', 'the owner of the processes has ended'));
        });
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(number);
    }
  }

  #handle(news: OwnerNews): void {
    this.#view = news.view;
    if (news.type === 'processes') return;
    const waiting = this.#waiting.get(news.call);
    if (news.error === undefined) waiting?.resolve();
    else waiting?.reject(new WhitewaterError(news.error.code, news.error.message));
  }

  #gone(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new WhitewaterError('OUTCOME_UNKNOWN', 'the owner of the processes ended before it said that it is done'));
    }
    // Those that it had paused could not notice that it is gone, and would stay for ever.
    for (const { state, pid } of this.#view.processes) {
      if (state === 'paused' && pid !== null) wake(pid);
    }
    this.#view = NOT_OWNED;
  }
}

function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has ended meanwhile.
  }
}
