import { signal } from '@preact/signals';
import { RelayHttp } from '../../../../../client/RelayHttp.ts';
import type { RelayClient } from '../../../../../client/RelayClient.ts';
import { WhitewaterError } from '../../../../../shared/errors.ts';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import type { Picture } from '../../model/Picture.ts';
import { type Action, type Actions, type Before, type Deed, DEEDS_MAX, type Outcome } from './Actions.ts';

const TIMEOUT_MS = 10_000;
/** Of the others it can be looked up whether they took effect. */
const HAS_EFFECT = /^\/(?:kv|members|transfer)(?:\/|$)/;
const NOTHING_KNOWN = { none: 'What was in force before it is not known.' };

export interface ActionsOptions {
  readonly base: URL;
  readonly client: RelayClient;
  readonly cluster: ClusterId;
  /** The newest picture, live. */
  readonly picture: () => Picture | null;
}

/** Sends actions to the relay, and remembers what was done. */
export function makeActions({ base, client, cluster, picture }: ActionsOptions): Actions {
  const http = new RelayHttp({ url: base.href, timeoutMs: TIMEOUT_MS });
  const done = signal<readonly Deed[]>([]);
  const previewed = signal<Action | null>(null);
  let count = 0;

  const send = async (action: Action): Promise<Outcome> => {
    const path = `api/clusters/${encodeURIComponent(cluster)}${action.path}`;
    const options = action.body === undefined ? {} : { body: action.body };
    try {
      const answer = await http.request<unknown>(action.method, path, () => true, {
        ...options,
        hasEffect: HAS_EFFECT.test(action.path),
      });
      return { kind: 'done', answer };
    } catch (error) {
      const answer = answerOf(error);
      return { kind: answer.definite || answer.code === 'RELAY_UNREACHABLE' ? 'refused' : 'unknown', error: answer };
    }
  };
  /** Asked at the same time as the action is sent would be too late: it is asked first. */
  const beforeIt = async (): Promise<Before | null> => {
    const seen = picture();
    if (seen === null) return null;
    try {
      return { network: await client.network(cluster).view(), picture: seen, key: null };
    } catch {
      return null;
    }
  };
  const change = (number: number, changes: Partial<Deed>): void => {
    done.value = done.value.map((deed) => (deed.number === number ? { ...deed, ...changes } : deed));
  };
  const run = async (action: Action): Promise<Outcome> => {
    const number = ++count;
    const deed: Deed = { number, action, askedAtMs: Date.now(), outcome: null, inverse: null, isUndone: false };
    done.value = [deed, ...done.value].slice(0, DEEDS_MAX);
    const before = await beforeIt();
    const outcome = await send(action);
    const inverse = before === null ? NOTHING_KNOWN : action.inverse(before);
    change(number, { outcome, inverse: outcome.kind === 'done' ? inverse : null });
    return outcome;
  };

  return {
    run,
    done,
    previewed,
    preview: (action) => (previewed.value = action),
    undo: async () => {
      const deed = done.value.find(({ inverse, isUndone }) => !isUndone && inverse !== null && !('none' in inverse));
      if (deed?.inverse == null || 'none' in deed.inverse) return;
      const outcome = await send(deed.inverse);
      if (outcome.kind === 'done') change(deed.number, { isUndone: true });
    },
    redo: async () => {
      const deed = done.value.findLast(({ isUndone }) => isUndone);
      if (deed === undefined) return;
      const outcome = await send(deed.action);
      if (outcome.kind === 'done') change(deed.number, { isUndone: false });
    },
  };
}

function answerOf(error: unknown): ErrorAnswer {
  if (error instanceof WhitewaterError) {
    return { code: error.code, message: error.message, definite: error.definite };
  }
  return { code: 'INTERNAL', message: String(error), definite: false };
}
