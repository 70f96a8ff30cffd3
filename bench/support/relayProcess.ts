// The relay under measurement: as `whitewater relay` runs it, with its defaults, but for its port and without a log.
import { listenRelay, type ListeningRelay } from '../../server/listen.ts';
import { serveBench } from './childProtocol.ts';

let relay: ListeningRelay | undefined;

await serveBench(
  async () => {
    relay = await listenRelay({ port: 0 });
    return relay.port;
  },
  async () => relay?.close(),
);
