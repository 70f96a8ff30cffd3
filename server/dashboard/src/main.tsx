import { render } from 'preact';
import { RelayClient } from '../../../client/RelayClient.ts';
import { App } from './components/App.tsx';
import { RecordingApp } from './components/RecordingApp.tsx';
import { openEmbedded } from './state/opened.ts';
import { startPreferences } from './state/preferences.ts';

startPreferences();
const root = document.querySelector('#app');
if (root === null) throw new Error('the page has no element #app');
if (openEmbedded()) {
  render(<RecordingApp />, root);
} else {
  /** Where the page lies is where the relay's routes lie, behind a proxy too. */
  const base = new URL('.', document.baseURI);
  render(<App base={base} client={new RelayClient({ url: base.href })} />, root);
}
