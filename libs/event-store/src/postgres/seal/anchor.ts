// The end of the chain as it is kept elsewhere: in the log of the service, in a file on another machine.
import type { Anchor } from '../../operations/index.js';
import type { Seal } from './seal.js';

export function anchorOf(
  context: string,
  { number, toPosition, hash }: Pick<Seal, 'number' | 'toPosition' | 'hash'>,
): Anchor {
  return { context, seal: number, position: toPosition, hash: hash.toString('hex') };
}
