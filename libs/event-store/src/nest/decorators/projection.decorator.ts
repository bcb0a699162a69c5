// @Projection names a read model's writer. Its row changes and its checkpoint commit together.
import { Injectable } from '@nestjs/common';
import { ConfigurationError, type Class } from '../../core/index.js';
import { requireSegments, type UnknownPolicy } from '../../subscriptions/index.js';

export interface ProjectionOptions {
  /** Raise it to build anew from the beginning beside the old one, under the name `<name>@v<version>`. */
  readonly version: number;
  /** True: written in the append's own transaction, so that a reader sees it at once; every append then pays for it. Default false. */
  readonly inline?: boolean;
  /**
   * Into how many shares its streams are divided, so that several processes work on it side by side; default 1, at most 64. Order is then
   * kept within a stream only. Another number needs another version.
   */
  readonly segments?: number;
  /** The entities it writes, all of them: what `es projections` verifies, empties and fills. Each version has tables of its own. */
  readonly tables?: readonly Class[];
  /**
   * Property of the entities that holds the id of the stream a row belongs to, where every row belongs to one stream and only that
   * stream's events change it: then the rows of one stream can be built again.
   */
  readonly streamKey?: string;
  /** What becomes of an event that only a newer build can read, default `stop`. */
  readonly unknown?: UnknownPolicy;
}

export interface ProjectionDeclaration extends ProjectionOptions {
  readonly name: string;
}

const declarations = new WeakMap<object, ProjectionDeclaration>();

/** What a handler writes through its `db` happens once per event; it may run several times, so it writes through nothing else. */
export function Projection(name: string, options: ProjectionOptions): ClassDecorator {
  requireSegments(`Projection ${name}`, options.segments ?? 1);
  if (options.inline === true && (options.segments ?? 1) > 1)
    throw new ConfigurationError(
      `Projection ${name} is inline and is to have segments. It is written by whoever appends: leave segments out.`,
    );
  return (target) => {
    Injectable()(target);
    declarations.set(target, { name, ...options });
  };
}

/** @throws ConfigurationError when the class has no `@Projection`. */
export function projectionDeclaration(projectionClass: Class): ProjectionDeclaration {
  const declared = declarations.get(projectionClass);
  if (!declared)
    throw new ConfigurationError(
      `${projectionClass.name} is not a projection. Put @Projection('name', { version: 1 }) on the class.`,
    );
  return declared;
}
