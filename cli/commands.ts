import type { Command } from './Command.ts';
import { appendCommand } from './commands/append.ts';
import { casCommand } from './commands/cas.ts';
import { chaosCommand } from './commands/chaos.ts';
import { deleteCommand } from './commands/delete.ts';
import { disconnectCommand } from './commands/disconnect.ts';
import { getCommand } from './commands/get.ts';
import { healCommand } from './commands/heal.ts';
import { isolateCommand } from './commands/isolate.ts';
import { journalCommand } from './commands/journal.ts';
import { linkCommand } from './commands/link.ts';
import { listCommand } from './commands/list.ts';
import { memberCommand } from './commands/member.ts';
import { membersCommand } from './commands/members.ts';
import { networkCommand } from './commands/network.ts';
import { partitionCommand } from './commands/partition.ts';
import { peerCommand } from './commands/peer.ts';
import { processCommand } from './commands/process.ts';
import { profileCommand } from './commands/profile.ts';
import { putCommand } from './commands/put.ts';
import { relayCommand } from './commands/relay.ts';
import { releaseCommand } from './commands/release.ts';
import { replayCommand } from './commands/replay.ts';
import { rulesCommand } from './commands/rules.ts';
import { runCommand } from './commands/run.ts';
import { seedCommand } from './commands/seed.ts';
import { simCommand } from './commands/sim.ts';
import { statusCommand } from './commands/status.ts';
import { timeoutCommand } from './commands/timeout.ts';
import { transferCommand } from './commands/transfer.ts';
import { upCommand } from './commands/up.ts';
import { watchCommand } from './commands/watch.ts';

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly Command[] = [
  upCommand,
  relayCommand,
  peerCommand,
  statusCommand,
  partitionCommand,
  isolateCommand,
  healCommand,
  disconnectCommand,
  timeoutCommand,
  processCommand,
  linkCommand,
  rulesCommand,
  releaseCommand,
  profileCommand,
  networkCommand,
  seedCommand,
  journalCommand,
  replayCommand,
  runCommand,
  chaosCommand,
  simCommand,
  getCommand,
  putCommand,
  appendCommand,
  casCommand,
  deleteCommand,
  listCommand,
  watchCommand,
  membersCommand,
  memberCommand,
  transferCommand,
];
