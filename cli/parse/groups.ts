import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import { isId } from '../../shared/legalId.ts';

/**
 * Reads the groups of a partition: names with commas between them, groups with bars between them.
 * @param text such as `p1,p2|p3,p4,p5`; spaces around names do not matter
 * @throws {WhitewaterError} USAGE with the place, PARTITION_OVERLAPS naming the peer and both groups
 */
export function parseGroups(text: string): PeerId[][] {
  const groups: PeerId[][] = [];
  const groupOf = new Map<PeerId, number>();
  for (const { group, name, at } of namesOf(text)) {
    if (name === '') throw nothingThere(text, at, group);
    if (!isId(name)) {
      const problem = `${JSON.stringify(name)} at character ${at + 1} is not a peer's name`;
      throw new WhitewaterError('USAGE', `${problem} in ${quote(text)}; ${HOW}`);
    }
    const id = name as PeerId;
    const other = groupOf.get(id);
    if (other !== undefined) throw overlaps(text, id, other, group);
    groupOf.set(id, group);
    (groups[group] ??= []).push(id);
  }
  return groups;
}

const HOW = 'write names with commas between them and groups with bars between them, such as "p1,p2|p3,p4,p5"';

interface Name {
  readonly group: number;
  readonly name: string;
  /** Where it begins, or where it is missing: an offset into the text. */
  readonly at: number;
}

function* namesOf(text: string): Generator<Name> {
  let start = 0;
  for (const [group, part] of text.split('|').entries()) {
    let at = start;
    for (const name of part.split(',')) {
      const blanks = name.length - name.trimStart().length;
      yield { group, name: name.trim(), at: name.trim() === '' ? at : at + blanks };
      at += name.length + 1;
    }
    start += part.length + 1;
  }
}

function nothingThere(text: string, at: number, group: number): WhitewaterError {
  return new WhitewaterError(
    'USAGE',
    `group ${group + 1} of ${quote(text)} lacks a name at character ${at + 1}; ${HOW}`,
  );
}

function overlaps(text: string, id: PeerId, other: number, group: number): WhitewaterError {
  const message =
    other === group
      ? `group ${group + 1} of ${quote(text)} names ${id} twice; name it once`
      : `${id} stands in groups ${other + 1} and ${group + 1} of ${quote(text)}; a peer can be on one side only`;
  return new WhitewaterError('PARTITION_OVERLAPS', message);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** The same groups as they are written. */
export function formatGroups(groups: readonly (readonly string[])[]): string {
  return groups.map((group) => group.join(',')).join('|');
}
