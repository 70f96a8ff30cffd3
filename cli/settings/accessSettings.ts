import { TOKEN, TOKEN_FILE, URL_OF_RELAY, WHICH_CLUSTER } from './sharedSettings.ts';

/** What every command that talks to a relay takes. */
export const ACCESS_SETTINGS = [URL_OF_RELAY, WHICH_CLUSTER, TOKEN, TOKEN_FILE] as const;
