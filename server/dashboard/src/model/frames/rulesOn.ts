import type { RuleView } from '../../../../../shared/http/Network.ts';
import type { Selector } from '../../../../../shared/http/Rule.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { peerOf } from '../crown.ts';
import type { Picture } from '../Picture.ts';

/** Rules that mean frames of one direction of a link, as roles are at the moment. */
export function rulesOn(rules: readonly RuleView[], picture: Picture, from: PeerId, to: PeerId): readonly RuleView[] {
  return rules.filter(({ rule }) => {
    const isForth = means(rule.from, from, picture) && means(rule.to, to, picture);
    return isForth || (rule.both === true && means(rule.from, to, picture) && means(rule.to, from, picture));
  });
}

/** The ring shows peers only, so the word for clients means none of them. */
function means(selector: Selector, id: PeerId, picture: Picture): boolean {
  if (typeof selector !== 'string') return selector.includes(id);
  const role = peerOf(picture, id)?.view.role ?? null;
  switch (selector) {
    case '*':
    case 'peer':
      return true;
    case 'client':
      return false;
    case 'leader':
    case 'follower':
    case 'learner':
      return role === selector;
    case 'candidate':
      return role === 'candidate' || role === 'preCandidate';
    default:
      return selector === id;
  }
}
