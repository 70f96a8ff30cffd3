import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Store } from '../state/Store.ts';

/** Provided once, by the page of a cluster. */
export const StoreContext = createContext<Store | null>(null);

/** Everything that a component may know or do. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('this component stands outside the page of a cluster');
  return store;
}
