// How a service finds and enters its Kafka: the part of its environment that means something with MESSAGE_BROKER=kafka alone.
import { IsIn, IsOptional, Length, Matches, Max, Min, ValidateIf } from 'class-validator';
import type { KafkaSecurity } from '@app/event-store';
import { brokerListTrouble } from './broker-list.js';
import { Env } from './env.decorator.js';
import { NotInProduction, OnlyWith, PlainOnlyEncrypted, StrongInProduction } from './rules.js';
import { STRONG_PASSWORD } from './strong-secret.js';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** The base of PlatformConfig, whose MESSAGE_BROKER says whether any of it is used. */
export class KafkaConfig {
  /** Some brokers of the cluster; they name the others. */
  @Env('text', {
    expected: 'host:port[,host:port], which must be set when MESSAGE_BROKER is kafka',
    inspect: brokerListTrouble,
  })
  @ValidateIf(isUsed)
  @Length(1, 10_000)
  readonly KAFKA_BROKERS?: string;

  /** Put before every topic and group, so that several systems share a cluster. */
  @Env('text', { expected: "at most 100 letters, digits, '.', '_' and '-'" })
  @Matches(/^[A-Za-z0-9._-]{0,100}$/)
  readonly KAFKA_PREFIX: string = '';

  /** Of topics that the service creates; unset: 3 in production, else 1. */
  @Env('integer', { expected: 'a whole number of brokers from 1 (in production from 2) to 99' })
  @IsOptional()
  @Min(1)
  @Max(99)
  @NotInProduction('1')
  readonly KAFKA_REPLICATION_FACTOR?: number;

  /** true: connections are encrypted, and each broker has to show a certificate for its name. */
  @Env('boolean', { expected: 'true or false' })
  readonly KAFKA_TLS: boolean = false;

  /** Whose signatures on certificates count, as PEM; unset: the authorities that Node knows. Usually given as KAFKA_TLS_CA_FILE. */
  @Env('text', {
    expected: 'one or more certificates as PEM: -----BEGIN CERTIFICATE-----…, with KAFKA_TLS=true',
    secret: true,
  })
  @IsOptional()
  @OnlyWith('KAFKA_TLS')
  @Matches(/^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/)
  readonly KAFKA_TLS_CA?: string;

  /** How the service says who it is (SASL); unset: it does not. */
  @Env('text', { expected: 'plain (in production with KAFKA_TLS=true), scram-sha-256 or scram-sha-512' })
  @IsOptional()
  @IsIn(MECHANISMS)
  @PlainOnlyEncrypted()
  readonly KAFKA_SASL_MECHANISM?: (typeof MECHANISMS)[number];

  /** Who the service is. */
  @Env('text', { expected: 'a name of 1 to 255 characters, set exactly when KAFKA_SASL_MECHANISM is' })
  @ValidateIf((config: KafkaConfig) => saysWhoItIs(config) || config.KAFKA_USERNAME !== undefined)
  @OnlyWith('KAFKA_SASL_MECHANISM')
  @Length(1, 255)
  readonly KAFKA_USERNAME?: string;

  /** What proves it. */
  @Env('text', {
    expected: `a password, in production of ${STRONG_PASSWORD}; set exactly when KAFKA_SASL_MECHANISM is`,
    secret: true,
  })
  @ValidateIf((config: KafkaConfig) => saysWhoItIs(config) || config.KAFKA_PASSWORD !== undefined)
  @OnlyWith('KAFKA_SASL_MECHANISM')
  @Length(1, 10_000)
  @StrongInProduction()
  readonly KAFKA_PASSWORD?: string;
}

/** For the broker of the event store; undefined where Kafka lets everybody in. */
export function kafkaSecurity(config: KafkaConfig): KafkaSecurity | undefined {
  const { KAFKA_TLS, KAFKA_TLS_CA: ca, KAFKA_SASL_MECHANISM: mechanism } = config;
  if (!KAFKA_TLS && mechanism === undefined) return undefined;
  const [username, password] = [config.KAFKA_USERNAME ?? '', config.KAFKA_PASSWORD ?? ''];
  return { tls: KAFKA_TLS ? { ca } : undefined, sasl: mechanism && { mechanism, username, password } };
}

function isUsed(config: object): boolean {
  return (config as { MESSAGE_BROKER?: unknown }).MESSAGE_BROKER === 'kafka';
}

function saysWhoItIs({ KAFKA_SASL_MECHANISM }: KafkaConfig): boolean {
  return KAFKA_SASL_MECHANISM !== undefined;
}
