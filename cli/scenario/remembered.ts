import type { Remembered } from './Scenario.ts';
import { sightOf } from '../../client/scenario/who.ts';
import type { Stage } from './Stage.ts';
import { StepFailure } from '../../client/scenario/StepFailure.ts';
import { idsOf } from '../../client/scenario/who.ts';
import { numberOf, witnessesOf } from '../../client/scenario/witnesses.ts';

/** @throws {StepFailure | RangeError} when there is nothing to remember, such as the leader of a cluster without one */
export async function rememberedValue(what: Remembered, stage: Stage): Promise<unknown> {
  const view = await stage.network.view();
  const sight = sightOf(stage, view);
  switch (what.kind) {
    case 'who': {
      const ids = idsOf(what.who, sight);
      return ids.length === 1 ? ids[0] : ids;
    }
    case 'draw': {
      const from = idsOf(what.from, sight);
      const drawn = Array.from({ length: what.draws }, () => from[Math.floor(stage.random() * from.length)] ?? '');
      return [...new Set(drawn)];
    }
    case 'number': {
      const witnesses = witnessesOf(what.of, stage, view);
      if ('silent' in witnesses) throw new StepFailure(witnesses.silent);
      return Math.max(...witnesses.peers.map((peer) => numberOf(peer, what.field))) + what.plus;
    }
    case 'key': {
      const item = await stage.client.get(stage.cluster, what.key);
      if (item === null) throw new StepFailure(`there is no key ${what.key}`);
      return item.value;
    }
  }
}
