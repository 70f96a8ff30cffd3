import { WhitewaterError } from '../../shared/errors.ts';

/**
 * Makes a change whose request is only a part of what may be asked for at once: the places in its errors are told from where the
 * request begins.
 * @param part where that part stands in a whole network, such as `/partition`
 */
export function partOfNetwork<Result>(part: '/partition' | '/profile', change: () => Result): Result {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof WhitewaterError)) throw error;
    const { code, message } = error;
    const details = (error.details ?? {}) as { readonly place?: unknown };
    const { place } = details;
    if (typeof place !== 'string' || !place.startsWith(`${part}/`)) throw error;
    const relocated = { ...details, place: place.slice(part.length) };
    throw new WhitewaterError(code, message.replace(place, relocated.place), { details: relocated, cause: error });
  }
}
