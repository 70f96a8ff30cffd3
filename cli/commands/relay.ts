import type { Command } from '../Command.ts';
import { FRAME_BYTES_MAX_SETTING, HOST, LOCK_SETTINGS, PORT, RELAY_SEED } from '../settings/relaySettings.ts';
import { TRACE, TRACE_FILE } from '../settings/sharedSettings.ts';

export const relayCommand: Command = {
  name: 'relay',
  summary: 'run a relay, through which peers reach each other',
  description:
    'Runs a relay: peers connect to it by WebSocket, it forwards what they say to each other, and breaks their network when told to. It serves a page, HTTP routes and metrics at its address. Ends on Ctrl-C or SIGTERM.',
  settings: [HOST, PORT, ...LOCK_SETTINGS, FRAME_BYTES_MAX_SETTING, RELAY_SEED, TRACE, TRACE_FILE],
  examples: [
    { line: 'whitewater relay', what: 'for this machine only, at http://127.0.0.1:7070' },
    { line: 'whitewater relay --port 0', what: 'on any free port, and says which' },
    { line: 'whitewater relay --host 0.0.0.0 --token-file secret.txt', what: 'for other machines, behind a token' },
    {
      line: 'whitewater relay --host 0.0.0.0 --tokens-file tokens.json --tls-cert cert.pem --tls-key key.pem',
      what: 'with a token for each role, over TLS',
    },
    { line: 'whitewater relay --trace fault,frame --trace-file relay.ndjson', what: 'with a record of every frame' },
  ],
  run: async (invocation) => (await import('../relay/runRelay.ts')).runRelay(invocation),
};
