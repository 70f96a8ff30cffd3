import { createContext } from 'preact';
import type { Layout } from '../../geometry/Layout.ts';

/** Where things stand on the ring, for what is laid over it. */
export const LayoutContext = createContext<Layout | null>(null);
