import { GATEWAY_ID, LEGAL_WHO, parseWho, type Scope, type Who } from '../../client/scenario/who.ts';
import type { Place } from './Place.ts';

/** A text such as `p1,$old`, or a list of such. */
export function readWho(place: Place, scope: Scope): Who[] {
  return place.several().flatMap((one) => {
    const words = one.attempt(() => one.text(LEGAL_WHO).split(',')) ?? [];
    return words.flatMap((word) => one.attempt(() => one.guard(() => parseWho(word.trim(), scope))) ?? []);
  });
}

/** Peers, of which the relay's client is none. */
export function readPeers(place: Place, scope: Scope): Who[] {
  const whos = readWho(place, scope);
  if (whos.some((who) => who.kind === 'id' && who.id === GATEWAY_ID))
    place.note(`${GATEWAY_ID} is the relay's client, and no peer`);
  return whos;
}

/** One peer, or a word for several, of whom the first is meant. */
export function readPeer(place: Place, scope: Scope): Who {
  const [who, ...more] = readPeers(place, scope);
  return who !== undefined && more.length === 0 ? who : place.refuse('give one peer');
}

/** Groups with bars between them, or a list of lists. */
export function readGroups(place: Place, scope: Scope): Who[][] {
  if (!place.isList) {
    const groups = place.text('groups, such as p1,p2|p3').split('|');
    return groups.map((group) => readWho(place.with(group), scope));
  }
  return place.list('a list of groups').map((group) => readWho(group, scope));
}
