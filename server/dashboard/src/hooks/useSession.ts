import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useEffect } from 'preact/hooks';
import { readSession, type Session } from '../connection/session.ts';

/** What this browser may do; null until it is known. */
export function useSession(base: URL): { readonly session: Signal<Session | null>; readonly askAgain: () => void } {
  const session = useSignal<Session | null>(null);
  const askAgain = useCallback(() => {
    // Without an answer the commands that are shown lack the token, which their own error then asks for.
    readSession(base).then(
      (answer) => (session.value = answer),
      () => undefined,
    );
  }, [base, session]);
  useEffect(askAgain, [askAgain]);
  return { session, askAgain };
}
