import type { PeerId } from '../../shared/ids.ts';
import { parsePeers, PEERS_MAX } from '../parse/peers.ts';
import type { Setting } from './Setting.ts';
import { textSetting } from './sharedSettings.ts';

export const PEERS: Setting<readonly PeerId[]> = {
  name: 'peers',
  placeholder: '<number>',
  list: true,
  description: `how many peers, 1 to ${PEERS_MAX}: p1, p2 and so on; or their names, such as a,b,c`,
  parse: (text) => {
    const peers = parsePeers(text);
    if (peers.length > PEERS_MAX) throw new RangeError(`${peers.length} peers are too many: give 1 to ${PEERS_MAX}`);
    return peers;
  },
  fallback: parsePeers('5'),
  fallbackText: '5',
};

export const DATA_OF_ALL = textSetting({
  name: 'data',
  placeholder: '<directory>',
  description: 'keep term, vote, log and state of each peer in DIRECTORY/CLUSTER/PEER',
  fallbackText: 'a temporary directory, removed at the end',
});

export const TRACE_DIR = textSetting({
  name: 'traceDir',
  placeholder: '<directory>',
  description: 'append the trace of each process to a file of its own there; alone it means --trace all',
});
