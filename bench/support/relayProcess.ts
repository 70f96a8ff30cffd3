// The relay under measurement: as `whitewater relay` runs it, with its defaults, but for its port and without a log. It answers any question with the memory that it takes, garbage apart.
import { listenRelay, type ListeningRelay } from '../../server/listen.ts';
import { serveBench } from './childProtocol.ts';
import { collectGarbage, memoryNow } from './memory.ts';

let relay: ListeningRelay | undefined;

await serveBench(
  async () => {
    relay = await listenRelay({ port: 0 });
    return relay.port;
  },
  async () => relay?.close(),
  async () => {
    await collectGarbage();
    return memoryNow();
  },
);
