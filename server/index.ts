/** `whitewater/server`: the relay as a library. */
export { buildRelay } from './app.ts';
export { listenRelay, type ListeningRelay } from './listen.ts';
export { RELAY_DEFAULTS, type RelayOptions } from './options.ts';
export type { ClusterTokens, Tokens } from './locks/tokens.ts';
export { SILENT_LOGGER, type Logger } from './log.ts';
export type { ProcessOwner } from './processes/ProcessOwner.ts';
export type { RelayApp } from './http/RelayApp.ts';
export { RelayClient, type RelayClientOptions } from '../client/RelayClient.ts';
