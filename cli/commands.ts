import type { Command } from './Command.ts';
import { disconnectCommand } from './commands/disconnect.ts';
import { healCommand } from './commands/heal.ts';
import { isolateCommand } from './commands/isolate.ts';
import { partitionCommand } from './commands/partition.ts';
import { peerCommand } from './commands/peer.ts';
import { relayCommand } from './commands/relay.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';

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
];
