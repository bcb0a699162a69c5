// Refuses to boot with a route that says neither @Roles nor @Public, or that no guard stands before, and logs the public ones: an explicit
// list, to be reviewed.
import { Injectable, Logger, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { METHOD_METADATA, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import type { FastifyInstance } from 'fastify';
import { ACCESS, type Access } from './access.decorators.js';

export interface AuditedRoute {
  /** `OrderController.place` */
  readonly handler: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access | undefined;
}

@Injectable()
export class RouteAudit implements OnModuleInit {
  private readonly others: string[] = [];
  private readonly served: string[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** Routes without a controller, e.g. of the API docs: `GET /docs`, with all below it. Before the boot ends. */
  alsoPublic(...routes: readonly string[]): void {
    this.others.push(...routes);
  }

  /**
   * Fastify serves what it is told to, past every guard of Nest. From here on each of its routes has to be one of a controller, or named by
   * {@link alsoPublic}: the boot fails with an Error that names the others.
   */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) if (one !== 'HEAD') this.served.push(`${one} ${url}`);
    });
    fastify.addHook('onReady', () => this.assertDecided());
  }

  /** @throws Error naming every route without a rule. */
  onModuleInit(): void {
    const routes = this.routes();
    const open = routes.filter(({ access }) => access === undefined);
    if (open.length > 0) {
      const names = open.map(({ handler }) => handler).join(', ');
      throw new Error(
        `Nobody said who may call ${names}. Put @Roles('…') or @Public() on the method or on its controller.`,
      );
    }
  }

  /** `GET /health/live`: what is open to everybody, of controllers and past them. Whole once the boot has ended. */
  publicRoutes(): string[] {
    const unguarded = this.routes().filter(({ access }) => access === 'public');
    return [...unguarded.map(({ method, path }) => `${method} ${path}`), ...this.others];
  }

  private assertDecided(): Promise<void> {
    const ours = new Set(this.routes().map(({ method, path }) => `${method} ${path}`));
    const isOurs = (route: string): boolean => ours.has(route) || ours.has(route.replace(/^\S+/, 'ALL'));
    const isPublic = (route: string): boolean =>
      this.others.some((other) => route === other || route.startsWith(`${other}/`));
    const undecided = this.served.filter((route) => !isOurs(route) && !isPublic(route));
    if (undecided.length === 0) {
      new Logger('auth').log(`Public routes: ${this.publicRoutes().join(', ') || 'none'}`);
      return Promise.resolve();
    }
    return Promise.reject(
      new Error(
        `No guard stands before ${undecided.join(', ')}. Make it a method of a controller, or name it with alsoPublic() of RouteAudit.`,
      ),
    );
  }

  /** Every route of every controller, with its rule. */
  routes(): AuditedRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name] as () => unknown;
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        if (method === undefined) return [];
        const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, metatype]);
        return pathsOf(metatype, handler).map((path) => ({
          handler: `${metatype.name}.${name}`,
          method: RequestMethod[method],
          path,
          access,
        }));
      });
    });
  }
}

/** A controller, and a method of it, may have several. Without a version there is no such part of the path. */
function pathsOf(controller: object, handler: object): string[] {
  const said = (name: string, ...targets: readonly object[]): string[] => {
    const values = targets.map((target) => Reflect.getMetadata(name, target) as unknown);
    const texts = [values.find((value) => value !== undefined)].flat().filter((value) => typeof value === 'string');
    return texts.length > 0 ? texts : [''];
  };
  const versions = said(VERSION_METADATA, handler, controller).map((version) => version && `v${version}`);
  const [prefixes, paths] = [said(PATH_METADATA, controller), said(PATH_METADATA, handler)];
  return versions.flatMap((version) =>
    prefixes.flatMap((prefix) =>
      paths.map((path) => `/${version}/${prefix}/${path}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1')),
    ),
  );
}
