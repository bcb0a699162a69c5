// A service without a database for the specs of the HTTP side: a few routes of every kind, on a real socket.
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, Module, Param, Post, Query, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type as TypeOf } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsString, Max, Min, ValidateNested } from 'class-validator';
import { MessageContext } from '@app/event-store/core';
import { Public, Roles } from '../../../libs/platform/src/auth/access.decorators.js';
import { CurrentUser, type AuthenticatedUser } from '../../../libs/platform/src/auth/current-user.js';
import { ensureDevIssuer, issueDevToken } from '../../../libs/platform/src/auth/dev-issuer.js';
import { HealthModule } from '../../../libs/platform/src/health/health.module.js';
import { httpAdapter, type Timeouts } from '../../../libs/platform/src/http/adapter.js';
import { usualLimits, type RequestLimits } from '../../../libs/platform/src/http/back-pressure.js';
import { configureHttp } from '../../../libs/platform/src/http/configure-http.js';
import { HttpModule } from '../../../libs/platform/src/http/http.module.js';
import { CommandId } from '../../../libs/platform/src/http/idempotency.js';
import type { RateLimits } from '../../../libs/platform/src/http/throttle.js';
import { noRateLimits } from '../../../tools/system/no-rate-limits.js';
import { IsOmittable } from '../../../libs/platform/src/http/omittable.js';
import { IfMatch } from '../../../libs/platform/src/http/if-match.js';
import { UuidPipe } from '../../../libs/platform/src/http/uuid.pipe.js';

class LineDto {
  @IsString() sku: string;
  @IsInt() @Min(1) @Max(1000) quantity: number;
}

class PlaceDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @TypeOf(() => LineDto)
  lines: LineDto[];

  @IsOmittable() @IsString() note?: string;
}

class NoteDto {
  @IsOmittable() @IsString() note?: string;
}

class ListDto {
  @IsOmittable() @IsString() status?: string;
}

/** What a route throws on demand. */
export const faults = new Map<string, () => unknown>();

@Controller('orders')
@Roles('customer')
class OrdersController {
  @Post()
  place(@Body() dto: PlaceDto, @CommandId() commandId: string, @CurrentUser() user: AuthenticatedUser) {
    return { commandId, user, note: dto.note, context: MessageContext.current()?.metadata };
  }

  @Get()
  list(@Query() query: ListDto) {
    return { status: query.status ?? null };
  }

  @Get(':id')
  find(@Param('id', UuidPipe) id: string) {
    return { id };
  }

  @Post(':id/cancel')
  cancel(
    @Param('id', UuidPipe) id: string,
    @CommandId() commandId: string,
    @IfMatch() version: number | undefined,
    @Body() _nothing: NoteDto,
  ) {
    return { id, commandId, version: version ?? null };
  }

  @Get('faults/:name')
  fault(@Param('name') name: string) {
    throw faults.get(name)!();
  }
}

@Controller('ops')
class OpsController {
  @Post('anything')
  @Roles('operator')
  anything(@Body() body: object) {
    return body;
  }

  @Get('open')
  @Public()
  open() {
    return { open: true };
  }
}

@Module({ controllers: [OrdersController, OpsController] })
class TinyModule {}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface TinyApp {
  readonly nest: NestFastifyApplication;
  readonly folder: string;
  readonly port: number;
  token(user: string, ...roles: string[]): Promise<string>;
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string | Buffer | object },
  ): Promise<Answer>;
  /** Bytes as they are, answered with whatever comes back until the socket closes. */
  raw(bytes: string): Promise<string>;
  close(): Promise<void>;
}

export interface TinyOptions {
  readonly controllers?: (new () => object)[];
  readonly imports?: Type[];
  readonly limits?: RateLimits;
  readonly trustProxy?: string;
  readonly requests?: RequestLimits;
  readonly origins?: readonly string[];
  readonly timeouts?: Timeouts;
}

export async function startTinyApp({
  controllers = [],
  imports = [],
  limits = noRateLimits,
  trustProxy,
  requests = usualLimits,
  origins = [],
  timeouts,
}: TinyOptions = {}): Promise<TinyApp> {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-app-'));
  const { issuer, audience, jwksFile } = await ensureDevIssuer(folder);
  const auth = { issuer, audience, jwks: { file: jwksFile } };
  @Module({ imports: [HttpModule.forRoot(auth, limits), HealthModule, TinyModule, ...imports], controllers })
  class RootModule {}
  const adapter = httpAdapter({ trustProxy, timeouts });
  const app = await NestFactory.create<NestFastifyApplication>(RootModule, adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  configureHttp(app, requests, origins);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    nest: app,
    folder,
    port,
    token: (user, ...roles) => issueDevToken({ folder, user, roles }),
    send: (method, path, options = {}) => send(port, method, path, options),
    raw: (bytes) => raw(port, bytes),
    async close() {
      await app.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function send(
  port: number,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer | object },
): Promise<Answer> {
  const text = typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body;
  const type =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...type, ...headers }, agent: false },
      (incoming) => {
        let answer = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (answer += chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            text: answer,
            json: answer.startsWith('{') ? (JSON.parse(answer) as Record<string, unknown>) : {},
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
