// Peers that only play their parts, in one process: they send frames and statuses as a busy cluster does, at a rate that holds whatever
// the machine can elect. Its one argument: `PuppetsOptions` as JSON.
import { peerId } from '../../shared/ids.ts';
import { serveBench } from '../support/childProtocol.ts';
import { Play } from './Play.ts';
import { Puppet } from './Puppet.ts';
import { CLUSTER, type PuppetsOptions } from './puppets.ts';

const { relay, peers, framesPerSecond } = JSON.parse(process.argv[2] ?? '{}') as PuppetsOptions;

const TICK_MS = 10;
/** As peers tell of their indexes. */
const STATUS_MS = 100;
const TERM_MS = 15_000;

let timers: NodeJS.Timeout[] = [];
let puppets: readonly Puppet[] = [];

await serveBench(
  async () => {
    const ids = Array.from({ length: peers }, (_, at) => peerId(`p${at + 1}`));
    puppets = await Promise.all(ids.map((id) => Puppet.connect(relay, CLUSTER, id)));
    const play = new Play(puppets);
    const beganMs = performance.now();
    let sent = 0;
    play.tellStatuses();
    timers = [
      setInterval(() => {
        const due = ((performance.now() - beganMs) / 1000) * framesPerSecond;
        // A question and its answer at a time.
        for (; sent + 2 <= due; sent += 2) play.exchange();
      }, TICK_MS),
      setInterval(() => play.tellStatuses(), STATUS_MS),
      setInterval(() => play.elect(), TERM_MS),
    ];
    return 0;
  },
  async () => {
    timers.forEach((timer) => clearInterval(timer));
    puppets.forEach((puppet) => puppet.stop());
  },
);
