import type { Network } from '../../client/Network.ts';
import type { ChangeOptions } from '../../client/NetworkClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { pause } from '../live/followCluster.ts';
import { networkAccess } from '../network/networkAccess.ts';
import { stopRequested } from '../process/shutdown.ts';
import { Timeline } from '../scenario/Timeline.ts';
import { SPEED } from '../settings/runSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { formatDuration } from '../view/durations.ts';
import { atSpeed } from './atSpeed.ts';
import { readChanges, type Change } from './readChanges.ts';

/** The exit code of a process that Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;

/** Feeds the faults of a journal to a cluster that runs, each at its time. Leaves the network as the journal does. */
export async function replay(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const path = args[0] ?? '';
  const { seed, changes, durationMs, forgotten } = await readChanges(path);
  const { network, cluster, url } = await networkAccess(invocation);
  const interrupted = new AbortController();
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => interrupted.abort());
  const timeline = new Timeline(settings.get(JSON_OUTPUT) ? undefined : stdout);
  const speed = settings.get(SPEED);
  timeline.title(
    `${path}: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'} in ${formatDuration(durationMs)}, to ${cluster} at ${url}`,
  );
  if (forgotten > 0) timeline.event(`the journal lacks ${forgotten} older lines, which the relay had forgotten`);
  await network.heal();
  if (seed !== undefined) await network.seed(seed);
  timeline.begin();
  let failures = 0;
  for (const change of changes) {
    const scaled = atSpeed(change, speed);
    await pause(Math.max(0, scaled.atMs - timeline.elapsedMs), interrupted.signal);
    if (interrupted.signal.aborted) return INTERRUPTED;
    if (!(await perform(scaled, network, timeline))) failures += 1;
  }
  if (settings.get(JSON_OUTPUT)) stdout.write(json({ cluster, seed, changes: timeline.entries, failures }));
  else
    timeline.verdict(
      failures === 0,
      failures === 0 ? passedText(changes) : `${failures} of ${changes.length} were refused`,
    );
  return failures === 0 ? 0 : 1;
}

function passedText({ length }: readonly Change[]): string {
  return length === 0 ? 'there was nothing to replay: the journal has no change of the faults' : 'all replayed';
}

/** @returns whether the relay took it */
async function perform({ text, act }: Change, network: Network, timeline: Timeline): Promise<boolean> {
  try {
    const outcome = await put(act, network);
    timeline.add({ verb: 'replay', what: text, outcome, ok: true });
    return true;
  } catch (error) {
    // A socket that is away already cannot be cut; everything else that a relay refuses tells of another cluster.
    if (!(error instanceof WhitewaterError) || error.code === 'RELAY_UNREACHABLE') throw error;
    const isAway = error.code === 'PEER_NOT_CONNECTED';
    timeline.add({ verb: 'replay', what: text, outcome: `${error.code}: ${error.message}`, ok: isAway });
    return isAway;
  }
}

/** By the route that it went by, since they differ in more than what is in force: a heal ends refusals too. @returns what came of it */
async function put(act: Change['act'], network: Network): Promise<string> {
  switch (act.type) {
    case 'apply':
      return `epoch ${(await network.apply(act.request, leavingOf(act.frames))).epoch}`;
    case 'heal':
      return `epoch ${(await network.heal(leavingOf(act.frames))).faults.epoch}`;
    case 'release': {
      const { rule, order, first, ofProfile } = act;
      const released = await network.release(rule, {
        order,
        ...(first === undefined ? {} : { first }),
        ...(ofProfile === undefined ? {} : { ofProfile }),
      });
      return `${released} released`;
    }
    case 'cut':
      await network.disconnect(act.id, act.forMs === 0 ? {} : { forMs: Math.max(1, Math.round(act.forMs)) });
      return 'cut';
    case 'timeOut':
      await network.timeOut(act.id);
      return 'asked';
  }
}

function leavingOf(frames: ChangeOptions['frames']): ChangeOptions {
  return frames === undefined ? {} : { frames };
}
