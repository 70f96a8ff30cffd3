// The relay under measurement: as `whitewater relay` runs it, with its defaults, but for its port and without a log, and for what its one
// argument says, as JSON. It answers any question with the memory that it takes, garbage apart.
import { listenRelay, type ListeningRelay } from '../../server/listen.ts';
import type { RelayOptions } from '../../server/options.ts';
import { serveBench } from './childProtocol.ts';
import { collectGarbage, memoryNow } from './memory.ts';

let relay: ListeningRelay | undefined;

await serveBench(
  async () => {
    relay = await listenRelay({ port: 0, ...(JSON.parse(process.argv[2] ?? '{}') as RelayOptions) });
    return relay.port;
  },
  async () => relay?.close(),
  async () => {
    await collectGarbage();
    return memoryNow();
  },
);
