import { render } from 'preact';
import { RelayClient } from '../../../client/RelayClient.ts';
import { App } from './components/App.tsx';

/** Where the page lies is where the relay's routes lie, behind a proxy too. */
const base = new URL('.', document.baseURI);
const root = document.querySelector('#app');
if (root === null) throw new Error('index.html has no element #app');
render(<App base={base} client={new RelayClient({ url: base.href })} />, root);
