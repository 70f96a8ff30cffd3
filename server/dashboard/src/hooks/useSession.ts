import { useEffect, useState } from 'preact/hooks';
import { readSession, type Session } from '../connection/session.ts';

/** Whether the relay has a token; null until it is known. */
export function useSession(base: URL): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    // Without an answer the commands that are shown lack the token, which their own error then asks for.
    readSession(base).then(setSession, () => setSession(null));
  }, [base]);
  return session;
}
