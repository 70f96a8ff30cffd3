import { useEffect, useMemo } from 'preact/hooks';
import { readSession } from '../connection/session.ts';
import { browserTimer } from '../connection/browserFeed.ts';
import { type FollowedSession, followSession } from '../state/followSession.ts';

/** What this browser may do. */
export function useSession(base: URL): FollowedSession {
  const followed = useMemo(
    () => followSession({ read: () => readSession(base), setTimer: browserTimer, random: () => Math.random() }),
    [base],
  );
  useEffect(() => {
    followed.ask();
    return followed.stop;
  }, [followed]);
  return followed;
}
