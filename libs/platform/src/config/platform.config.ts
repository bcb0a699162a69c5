// What every service reads from its environment. `.env.example` explains the same variables to people; a test holds the two together.
import { IsIn, IsOptional, Length, Matches, Max, Min, ValidateIf } from 'class-validator';
import { DEV_ISSUER } from '../auth/dev-issuer.js';
import { KEY_SET_EXPECTED, readKeySet } from '../auth/key-set.js';
import { ROLES_CLAIM_EXPECTED, rolesClaim } from '../auth/roles-claim.js';
import { usualLimits } from '../http/back-pressure.js';
import { KEY_LASTS_MS } from '../http/request-keys.js';
import { Env } from './env.decorator.js';
import {
  ExactlyOneOfThisAnd,
  IsMasterKeys,
  IsNetworkList,
  IsOriginList,
  IsPostgresUrl,
  IsSealKeys,
  IsWebUrl,
  NotInProduction,
} from './rules.js';
import { STRONG_PASSWORD } from './strong-secret.js';
import { TelemetryConfig } from './telemetry.config.js';

const postgresUrl = `postgres://user:password@host:port/database (in production with a password of ${STRONG_PASSWORD})`;

/** 30 days. */
const LONGEST_WAIT_MS = 2_592_000_000;
/** PostgreSQL ends a transaction that has been idle for 60 s, and the connection with it: a call has to be given up before. */
const LONGEST_DEADLINE_MS = 50_000;
/** Within 25 s of SIGTERM a service has to have answered everybody. */
const LONGEST_REQUEST_MS = 24_000;

export class PlatformConfig extends TelemetryConfig {
  /** Production refuses what is only good for trying out: development issuers, weak passwords, the memory broker. */
  @Env('text', { expected: 'development, test or production' })
  @IsIn(['development', 'test', 'production'])
  readonly NODE_ENV: 'development' | 'test' | 'production';

  /** The address to listen on; in a container 0.0.0.0. */
  @Env('text', { expected: 'a host name or address to listen on' })
  @Matches(/^[A-Za-z0-9.:_-]{1,253}$/)
  readonly HOST: string = '127.0.0.1';

  /** 0 takes a free one. */
  @Env('integer', { expected: 'a port from 0 to 65535; 0 takes a free one' })
  @Min(0)
  @Max(65_535)
  readonly PORT: number;

  /**
   * The proxies in front of the service, whose X-Forwarded-For says where a request came from; unset: nobody is believed, and a request is from
   * the address that its connection comes from.
   */
  @Env('text', { expected: 'IP addresses and ranges separated by commas, e.g. 10.0.0.0/8' })
  @IsOptional()
  @IsNetworkList()
  readonly TRUST_PROXY?: string;

  /** The web pages that may call the service from a browser, by their origins; unset: none. */
  @Env('text', { expected: 'origins separated by commas, e.g. https://shop.example.com (in production https)' })
  @IsOptional()
  @IsOriginList()
  readonly CORS_ORIGINS?: string;

  /** How long requests are counted, from the first of a caller on; what is over the limit until then is answered with 429 and Retry-After. */
  @Env('integer', { expected: 'a whole number of seconds from 1 to 3600' })
  @Min(1)
  @Max(3_600)
  readonly RATE_LIMIT_WINDOW_SECONDS: number = 10;

  /** Requests of one user in a window, at one replica. */
  @Env('integer', { expected: 'a whole number of requests from 1 to 1000000000' })
  @Min(1)
  @Max(1_000_000_000)
  readonly RATE_LIMIT_PER_USER: number = 100;

  /** Requests from one address in a window, at one replica, whoever sends them: many users may share an address. IPv6 counts by its first 64 bits. */
  @Env('integer', { expected: 'a whole number of requests from 1 to 1000000000' })
  @Min(1)
  @Max(1_000_000_000)
  readonly RATE_LIMIT_PER_ADDRESS: number = 1_000;

  /** Requests in hand at a time, from when their body is there until their work has ended; what is over that is answered 503 with Retry-After at once. Health is always answered. */
  @Env('integer', { expected: 'a whole number of requests from 1 to 100000' })
  @Min(1)
  @Max(100_000)
  readonly MAX_REQUESTS_IN_FLIGHT: number = usualLimits.maxInFlight;

  /** A request without an answer by then is answered 503 with Retry-After; what it has begun may still be done. One that has not arrived: 408. */
  @Env('integer', { expected: `milliseconds from 100 to ${LONGEST_REQUEST_MS}` })
  @Min(100)
  @Max(LONGEST_REQUEST_MS)
  readonly REQUEST_DEADLINE_MS: number = usualLimits.deadlineMs;

  /** How long an Idempotency-Key gets the first answer again; used after that it is a new request. */
  @Env('integer', { expected: `milliseconds from 60000 to ${LONGEST_WAIT_MS}` })
  @Min(60_000)
  @Max(LONGEST_WAIT_MS)
  readonly IDEMPOTENCY_KEY_TTL_MS: number = KEY_LASTS_MS;

  /** What is logged: this level and those above it. */
  @Env('text', { expected: 'trace, debug, info, warn, error, fatal or silent' })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  readonly LOG_LEVEL: string = 'info';

  /** The context's own database. */
  @Env('text', { expected: postgresUrl, secret: true })
  @IsPostgresUrl()
  readonly DATABASE_URL: string;

  /**
   * Connections that requests share for units of work and read models, and as many again for single statements of the event store. Appends,
   * subscriptions, handlers, health, the reading of logs and waking have up to 20 more of their own, whatever requests do: 40 in all by default.
   */
  @Env('integer', { expected: 'a whole number of connections from 1 to 1000' })
  @Min(1)
  @Max(1_000)
  readonly DATABASE_POOL_SIZE: number = 10;

  /** true: the schema is brought up to date at start. false: with pending migrations the service does not start. */
  @Env('boolean', { expected: 'true or false' })
  readonly RUN_MIGRATIONS: boolean = false;

  /**
   * As whom the schema is brought up to date, where that is not the role of DATABASE_URL. It is the owner's: in production only a process that is run
   * with --migrate may have it, and a service that has it does not start.
   */
  @Env('text', { expected: `${postgresUrl}, of the same database`, secret: true })
  @IsOptional()
  @IsPostgresUrl()
  readonly MIGRATION_DATABASE_URL?: string;

  /** As whom the service runs, where that is another role than that of the migrations: these grant it what it needs, and no more. */
  @Env('text', { expected: 'the name of a role of the database, as in CREATE ROLE' })
  @IsOptional()
  @Length(1, 63)
  readonly DATABASE_APP_ROLE?: string;

  /** A role that may only read: the migrations grant it that. */
  @Env('text', { expected: 'the name of a role of the database, as in CREATE ROLE' })
  @IsOptional()
  @Length(1, 63)
  readonly DATABASE_READER_ROLE?: string;

  /** A role for those who operate: it may replay, discard, pause and compensate, and add no event. The migrations grant it that. */
  @Env('text', { expected: 'the name of a role of the database, as in CREATE ROLE' })
  @IsOptional()
  @Length(1, 63)
  readonly DATABASE_OPERATOR_ROLE?: string;

  /** Seals events as they settle, so that `es verify` finds what was changed. Several keys, separated by commas: the first seals. Unset: no seals. */
  @Env('text', {
    expected: '64 hexadecimal digits drawn at random (openssl rand -hex 32), or several such keys separated by commas',
    secret: true,
  })
  @IsOptional()
  @IsSealKeys()
  readonly SEAL_KEY?: string;

  /** What carries messages between contexts; the same for all services of a system. */
  @Env('text', { expected: 'kafka, postgres or memory (memory not in production: it forgets)' })
  @IsIn(['kafka', 'postgres', 'memory'])
  @NotInProduction('memory')
  readonly MESSAGE_BROKER: 'kafka' | 'postgres' | 'memory' = 'postgres';

  /** Topic that parked records are mirrored to, for those who watch topics; unset: none is. */
  @Env('text', { expected: "the name of a topic: 1 to 100 letters, digits, '.', '_' and '-'" })
  @IsOptional()
  @Matches(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/)
  readonly DEAD_LETTER_TOPIC?: string;

  /** How long an event waits for the process it belongs to before it is parked. */
  @Env('integer', { expected: `milliseconds from 1 to ${LONGEST_WAIT_MS}` })
  @Min(1)
  @Max(LONGEST_WAIT_MS)
  readonly ORPHAN_WAIT_MS: number = 300_000;

  /** Longest time one call of a handler, saga, process or projection may take; then it is given up and tried again. */
  @Env('integer', { expected: `milliseconds from 1000 to ${LONGEST_DEADLINE_MS}` })
  @Min(1_000)
  @Max(LONGEST_DEADLINE_MS)
  readonly HANDLER_DEADLINE_MS: number = 30_000;

  /** The database the `postgres` broker keeps its topics in; shared by all contexts. */
  @Env('text', { expected: `${postgresUrl}, because MESSAGE_BROKER is postgres`, secret: true })
  @ValidateIf((config: PlatformConfig) => config.MESSAGE_BROKER === 'postgres')
  @IsPostgresUrl()
  readonly BUS_DATABASE_URL?: string;

  /** The master key for personal data, needed where events have personal fields; former ones, which still open what they closed, behind it. */
  @Env('text', {
    expected: 'base64 of 32 random bytes[,former keys] (openssl rand -base64 32), or in development dev:<file>',
    secret: true,
  })
  @IsOptional()
  @IsMasterKeys()
  readonly PERSONAL_DATA_KEY?: string;

  /** The database that keeps the keys of people, unset: that of the events. In one of its own they are not in the same backups. */
  @Env('text', { expected: postgresUrl, secret: true })
  @IsOptional()
  @IsPostgresUrl()
  readonly PERSONAL_DATA_KEYS_URL?: string;

  /** Who has to have made a token: its iss. */
  @Env('text', { expected: `the iss of the tokens to accept; in production not ${DEV_ISSUER}` })
  @Length(1, 500)
  @NotInProduction(DEV_ISSUER)
  readonly AUTH_ISSUER: string;

  /** Whom a token has to be for: its aud. */
  @Env('text', { expected: 'the aud of the tokens to accept' })
  @Length(1, 500)
  readonly AUTH_AUDIENCE: string;

  /** Where in a token the roles are, as a list. */
  @Env('text', { expected: ROLES_CLAIM_EXPECTED })
  @Length(1, 200)
  @Matches(rolesClaim)
  readonly AUTH_ROLES_CLAIM: string = 'roles';

  /** The public keys of the issuer, as a file. */
  @Env('text', {
    expected: `${KEY_SET_EXPECTED}; exactly one of AUTH_JWKS_FILE and AUTH_JWKS_URL is set`,
    inspect: keySetTrouble,
  })
  @ValidateIf((config: PlatformConfig) => config.AUTH_JWKS_FILE !== undefined || config.AUTH_JWKS_URL === undefined)
  @ExactlyOneOfThisAnd('AUTH_JWKS_URL')
  readonly AUTH_JWKS_FILE?: string;

  /** The public keys of the issuer, fetched from there. */
  @Env('text', { expected: 'an http or https URL of a JWKS (in production https)' })
  @IsOptional()
  @IsWebUrl()
  readonly AUTH_JWKS_URL?: string;
}

function keySetTrouble(file: string): string | undefined {
  const read = readKeySet(file);
  return 'trouble' in read ? read.trouble : undefined;
}
