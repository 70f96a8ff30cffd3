import type { RuleView } from '../../../../../shared/http/Network.ts';
import { cutsAll } from '../linkFaults.ts';
import { linkKey } from '../linkRate.ts';
import type { Picture } from '../Picture.ts';
import { rulesOn } from './rulesOn.ts';

/** The directions between peers in which a rule lets nothing pass, by `linkKey`. */
export function cutByRules(rules: readonly RuleView[], picture: Picture): ReadonlySet<string> {
  const cutting = rules.filter(({ rule }) => cutsAll(rule));
  if (cutting.length === 0) return new Set();
  const ids = picture.peers.map(({ view }) => view.id);
  return new Set(
    ids.flatMap((from) =>
      ids.filter((to) => to !== from && rulesOn(cutting, picture, from, to).length > 0).map((to) => linkKey(from, to)),
    ),
  );
}
