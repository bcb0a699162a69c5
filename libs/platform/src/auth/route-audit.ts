// Refuses to boot with a route that says neither @Roles nor @Public, and logs the public ones: an explicit list, to be reviewed.
import { Injectable, Logger, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
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

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** Routes without a controller, e.g. of the API docs, for the list that is logged: `GET /docs`. Before the boot ends. */
  alsoPublic(...routes: readonly string[]): void {
    this.others.push(...routes);
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
    const unguarded = routes.filter(({ access }) => access === 'public').map(({ method, path }) => `${method} ${path}`);
    new Logger('auth').log(`Public routes: ${[...unguarded, ...this.others].join(', ') || 'none'}`);
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
        return {
          handler: `${metatype.name}.${name}`,
          method: RequestMethod[method],
          path: pathOf(metatype, handler),
          access: this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, metatype]),
        };
      });
    });
  }
}

function pathOf(...targets: readonly object[]): string {
  const parts = targets.flatMap(
    (target) => (Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined) ?? '',
  );
  return `/${parts.join('/')}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
}
