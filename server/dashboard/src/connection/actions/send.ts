import { RelayHttp } from '../../../../../client/RelayHttp.ts';
import { WhitewaterError } from '../../../../../shared/errors.ts';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import { type Action, type Outcome, requestsOf } from './Actions.ts';

const TIMEOUT_MS = 10_000;
/** Of the others it can be looked up whether they took effect. */
const HAS_EFFECT = /^\/(?:kv|members|transfer|processes|peers\/[^/]+\/process)(?:\/|$)/;

/** What came of an action's requests. */
export interface Sent {
  readonly outcome: Outcome;
  /** What the relay answered to those that were done, in their order: fewer than there are when one failed. */
  readonly answers: readonly unknown[];
}

/** @returns sends an action's requests one after the other, up to the first that fails; never rejects */
export function sender(base: URL, cluster: ClusterId): (action: Action) => Promise<Sent> {
  const http = new RelayHttp({ url: base.href, timeoutMs: TIMEOUT_MS });
  const ask = ({ method, path, body, waitMs = TIMEOUT_MS }: Action): Promise<unknown> =>
    http.request<unknown>(method, `api/clusters/${encodeURIComponent(cluster)}${path}`, () => true, {
      ...(body === undefined ? {} : { body }),
      wait: { timeoutMs: waitMs },
      hasEffect: method !== 'GET' && HAS_EFFECT.test(path),
    });
  return async (action) => {
    const answers: unknown[] = [];
    for (const request of requestsOf(action)) {
      try {
        answers.push(await ask(request));
      } catch (error) {
        const answer = answerOf(error);
        const kind = answer.definite || answer.code === 'RELAY_UNREACHABLE' ? 'refused' : 'unknown';
        return {
          outcome: { kind, error: answers.length === 0 ? answer : ofSecondHalf(action, request, answer) },
          answers,
        };
      }
    }
    return { outcome: { kind: 'done', answer: answers.at(-1) }, answers };
  };
}

/** Who reads that it failed must learn that half of it was done. */
function ofSecondHalf({ first, label }: Action, second: Action, error: ErrorAnswer): ErrorAnswer {
  const message = `${first?.label ?? label} is done and can be undone, but not ${second.label}: ${error.message}`;
  return { ...error, message };
}

function answerOf(error: unknown): ErrorAnswer {
  if (error instanceof WhitewaterError) {
    return { code: error.code, message: error.message, definite: error.definite };
  }
  return { code: 'INTERNAL', message: String(error), definite: false };
}
