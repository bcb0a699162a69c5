// What every service reads from its environment. `.env.example` explains the same variables to people; a test holds the two together.
import { IsIn, IsOptional, Length, Matches, Max, Min, ValidateIf } from 'class-validator';
import { DEV_ISSUER } from '../auth/dev-issuer.js';
import { KEY_SET_EXPECTED, readKeySet } from '../auth/key-set.js';
import { Env } from './env.decorator.js';
import { ExactlyOneOfThisAnd, IsPostgresUrl, IsWebUrl, NotInProduction } from './rules.js';

const postgresUrl =
  'postgres://user:password@host:port/database (in production with a password of at least 12 characters that is no default)';

export class PlatformConfig {
  @Env('text', { expected: 'development, test or production' })
  @IsIn(['development', 'test', 'production'])
  readonly NODE_ENV: 'development' | 'test' | 'production';

  @Env('text', { expected: 'a host name or address to listen on' })
  @Matches(/^[A-Za-z0-9.:_-]{1,253}$/)
  readonly HOST: string = '127.0.0.1';

  /** 0 takes a free one. */
  @Env('integer', { expected: 'a port from 0 to 65535; 0 takes a free one' })
  @Min(0)
  @Max(65_535)
  readonly PORT: number;

  @Env('text', { expected: 'trace, debug, info, warn, error, fatal or silent' })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  readonly LOG_LEVEL: string = 'info';

  /** The context's own database. */
  @Env('text', { expected: postgresUrl, secret: true })
  @IsPostgresUrl()
  readonly DATABASE_URL: string;

  @Env('boolean', { expected: 'true or false' })
  readonly RUN_MIGRATIONS: boolean = false;

  @Env('text', { expected: 'postgres or memory (memory not in production: it forgets)' })
  @IsIn(['postgres', 'memory'])
  @NotInProduction('memory')
  readonly MESSAGE_BROKER: 'postgres' | 'memory' = 'postgres';

  /** The database the `postgres` broker keeps its topics in; shared by all contexts. */
  @Env('text', { expected: `${postgresUrl}, because MESSAGE_BROKER is postgres`, secret: true })
  @ValidateIf((config: PlatformConfig) => config.MESSAGE_BROKER === 'postgres')
  @IsPostgresUrl()
  readonly BUS_DATABASE_URL?: string;

  @Env('text', { expected: `the iss of the tokens to accept; in production not ${DEV_ISSUER}` })
  @Length(1, 500)
  @NotInProduction(DEV_ISSUER)
  readonly AUTH_ISSUER: string;

  @Env('text', { expected: 'the aud of the tokens to accept' })
  @Length(1, 500)
  readonly AUTH_AUDIENCE: string;

  @Env('text', {
    expected: `${KEY_SET_EXPECTED}; exactly one of AUTH_JWKS_FILE and AUTH_JWKS_URL is set`,
    inspect: keySetTrouble,
  })
  @ValidateIf((config: PlatformConfig) => config.AUTH_JWKS_FILE !== undefined || config.AUTH_JWKS_URL === undefined)
  @ExactlyOneOfThisAnd('AUTH_JWKS_URL')
  readonly AUTH_JWKS_FILE?: string;

  @Env('text', { expected: 'an http or https URL of a JWKS (in production https)' })
  @IsOptional()
  @IsWebUrl()
  readonly AUTH_JWKS_URL?: string;
}

function keySetTrouble(file: string): string | undefined {
  const read = readKeySet(file);
  return 'trouble' in read ? read.trouble : undefined;
}
