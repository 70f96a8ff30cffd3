import type { ChangeOptions } from '../../client/NetworkClient.ts';
import { EPOCH, FRAMES } from '../settings/networkSettings.ts';
import type { Settings } from '../settings/Settings.ts';

/** How a change is to be made, of a command that may end rules. */
export function changeOptions(settings: Settings): ChangeOptions {
  const frames = settings.get(FRAMES);
  return { ...(frames === undefined ? {} : { frames }), ...epochOption(settings) };
}

/** As `changeOptions`, of a command that ends no rule. */
export function epochOption(settings: Settings): ChangeOptions {
  const epoch = settings.get(EPOCH);
  return epoch === undefined ? {} : { epoch };
}
