/** Some peers sign what they say, and take nothing from the others, who do not. */
export interface SigningSplit {
  readonly signing: readonly string[];
  readonly unsigned: readonly string[];
}

/** So many are called by their names. */
const NAMES_MAX = 5;

/**
 * Whether connected peers are of both sorts. It is told apart from their states because each of them looks well by itself: it is
 * connected, and reports its status.
 * @param peers those that are connected, without clients
 * @returns undefined while all of them sign, or none does
 */
export function signingSplitOf(
  peers: Iterable<{ readonly id: string; readonly signs: boolean | null }>,
): SigningSplit | undefined {
  const [signing, unsigned]: [string[], string[]] = [[], []];
  for (const { id, signs } of peers) (signs === true ? signing : unsigned).push(id);
  return signing.length > 0 && unsigned.length > 0 ? { signing, unsigned } : undefined;
}

/** Such as `p3 does not sign, and p1 and p2 take nothing from it`. */
export function signingSplitText({ signing, unsigned }: SigningSplit): string {
  const [does, them] = unsigned.length === 1 ? ['does', 'it'] : ['do', 'them'];
  const take = signing.length === 1 ? 'takes' : 'take';
  return `${listOf(unsigned)} ${does} not sign, and ${listOf(signing)} ${take} nothing from ${them}`;
}

export const SIGNING_SPLIT_REMEDY = 'start every peer with the same --secret-file, or none with any';

function listOf(ids: readonly string[]): string {
  const named = ids.length > NAMES_MAX ? ids.slice(0, NAMES_MAX - 1) : ids;
  const rest = ids.length - named.length;
  const words = rest === 0 ? named : [...named, `${rest} others`];
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
