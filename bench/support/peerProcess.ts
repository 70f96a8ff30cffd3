// A peer in a process of its own. Its one argument is what `Peer.start` takes, as JSON.
import { Peer, type PeerOptions } from '../../peer/index.ts';
import { serveBench } from './childProtocol.ts';

let peer: Peer | undefined;

await serveBench(
  async () => {
    peer = await Peer.start(JSON.parse(process.argv[2] ?? '{}') as PeerOptions);
    // A peer that stops by itself spoils the run: say so by ending.
    peer.stopped.catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
    return 0;
  },
  async () => peer?.stop(),
);
