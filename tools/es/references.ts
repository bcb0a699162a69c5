// From a reference as it was pasted to the one context it is about.
import { InvalidArgumentError } from 'commander';
import { parseRef, type ParkedRef } from '../../libs/event-store/src/operations/index.js';
import type { OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { contextNames } from './contexts.js';
import { isDatabaseNamed } from './databases.js';
import { EsError } from './errors.js';
import type { Io } from './io.js';
import type { CommonOptions } from './options.js';
import { withContexts } from './session.js';
import { safe } from './terminal.js';

export function reference(text: string): ParkedRef {
  try {
    return parseRef(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export async function withReferenced(
  io: Io,
  options: CommonOptions,
  ref: ParkedRef,
  work: (context: OpenContext) => Promise<void>,
): Promise<void> {
  const { context: name } = ref;
  if (options.context !== undefined && options.context !== name)
    throw new EsError(`The message is one of ${safe(name)}, and --context says ${options.context}.`, 2);
  if (!isDatabaseNamed(options, io.environment) && !contextNames().includes(name))
    throw new EsError(`There is no context ${safe(name)}. Expected one of: ${contextNames().join(', ')}.`, 2);
  await withContexts(io, { ...options, context: name }, async ([context]) => work(context!));
}
