import { peerId, type PeerId } from '../../shared/ids.ts';

export const PEERS_MAX = 9;

/**
 * Who is in a cluster: `3` is p1,p2,p3; anything else is a list of names.
 * @throws {RangeError} saying what is legal
 */
export function parsePeers(text: string): readonly PeerId[] {
  const trimmed = text.trim();
  if (/^[0-9]+$/.test(trimmed)) return numberedPeers(Number(trimmed));
  const names = trimmed.split(',').map((name) => peerId(name.trim()));
  const double = names.find((name, at) => names.indexOf(name) !== at);
  if (double !== undefined) throw new RangeError(`${JSON.stringify(text)} names ${double} twice`);
  return names;
}

function numberedPeers(count: number): readonly PeerId[] {
  if (!(count >= 1 && count <= PEERS_MAX)) {
    throw new RangeError(
      `${count} is not a number of peers: give 1 to ${PEERS_MAX}, or a list of names such as p1,p2,p3`,
    );
  }
  return Array.from({ length: count }, (_, at) => peerId(`p${at + 1}`));
}
