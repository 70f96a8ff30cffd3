import type { SupervisorNews } from './supervised.ts';

/** Set for a child that is to load what a peer needs, and to wait for its words. */
export const HELD_VARIABLE = 'WHITEWATER_HELD';

/**
 * The words of this process. One that is held gets them from its supervisor: all that it can do before them, it has done by then, so
 * that a relay and its peers start side by side although no peer may connect before the relay's own address is known.
 */
export async function wordsOfProcess(): Promise<string[]> {
  const given = process.argv.slice(2);
  if (process.env[HELD_VARIABLE] !== '1' || process.send === undefined) return given;
  const begun = wordsFromSupervisor();
  await import('../peer/runPeer.ts');
  return begun;
}

function wordsFromSupervisor(): Promise<string[]> {
  // What a terminal sends reaches the whole group of processes; the supervisor says what follows from it.
  const ignore = (): void => undefined;
  const leave = (): never => process.exit(0);
  process.on('SIGINT', ignore).on('SIGHUP', ignore).on('disconnect', leave);
  if (!process.connected) leave();
  return new Promise((resolve) => {
    // It tells a peer nothing else.
    process.once('message', (news: unknown) => {
      process.off('SIGINT', ignore).off('SIGHUP', ignore).off('disconnect', leave);
      resolve([...(news as SupervisorNews).words]);
    });
  });
}
