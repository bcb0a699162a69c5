// Encrypted connections and credentials, at a door of Kafka's that lets nobody in without.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { canStartKafka } from '../../../../test/support/kafka.js';
import { startKafka, type LocalKafka } from '../../../../tools/kafka/index.js';
import { sparePort } from '../../../../tools/kafka/ports.js';
import { findOwnKafka } from '../../../../tools/kafka/source.js';
import { UnavailableError } from '../core/index.js';
import { Collector, message } from '../testing/contracts/broker.collector.js';
import { KafkaBroker } from './kafka-broker.js';
import type { KafkaCredentials, KafkaSecurity } from './kafka-options.js';

const available = (await canStartKafka()) && (await findOwnKafka()).kind === 'java';
const TIMEOUT = { timeout: 30_000, interval: 50 };
const KEYSTORE_PASSWORD = 'of-this-test-only';
const USER = { username: 'orders', password: 'correct-horse' };
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

describe.skipIf(!available)('a Kafka that asks who comes', { timeout: 60_000 }, () => {
  let folder: string;
  let kafka: LocalKafka;
  let door: string;
  let ca: string;
  const opened: KafkaBroker[] = [];
  const open = (security?: KafkaSecurity): KafkaBroker => {
    const times = { connectMs: 2_000, requestMs: 2_000, answerMs: 6_000, probeMs: 300 };
    const broker = new KafkaBroker({ brokers: [door], clientId: 'test', security, times });
    opened.push(broker);
    return broker;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kafka-security-spec-'));
    const keystore = join(folder, 'keystore.p12');
    ca = await makeCertificate(keystore);
    const port = await sparePort();
    door = `127.0.0.1:${port}`;
    const scram = mechanisms.slice(1).map((name) => name.toUpperCase());
    kafka = await startKafka({
      dataDir: join(folder, 'kafka'),
      amend: (settings) => withDoor(settings, port, keystore),
      formatArguments: scram.flatMap((name) => [
        '--add-scram',
        `${name}=[name=${USER.username},password=${USER.password}]`,
      ]),
    });
  }, 600_000);
  afterEach(async () => {
    for (const broker of opened.splice(0)) await broker.close();
  });
  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it.each(mechanisms)('is published to and read from, over TLS with %s', async (mechanism) => {
    const broker = open({ tls: { ca }, sasl: { mechanism, ...USER } });
    const topic = `secret-${mechanism}`;
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    const seen = new Collector();
    await seen.start(broker, { group: `readers-${mechanism}`, topic });
    expect(await broker.publish([message(topic, 'a', 1), message(topic, 'a', 2)])).toEqual([]);
    await vi.waitFor(() => expect(seen.numbers('a')).toEqual([1, 2]), TIMEOUT);
    await seen.stop();
  });

  const refusal = 'Kafka does not accept our credentials';
  const silence = 'Kafka cannot be reached';
  it.each([
    ['with a wrong password', () => ({ tls: { ca }, sasl: credentials({ password: 'battery-staple' }) }), refusal],
    ['as somebody unknown', () => ({ tls: { ca }, sasl: credentials({ username: 'mallory' }) }), refusal],
    ['without credentials', () => ({ tls: { ca } }), silence],
    ['where nobody we trust has signed its certificate', () => ({ tls: {}, sasl: credentials({}) }), silence],
    ['unencrypted', () => ({ sasl: credentials({}) }), silence],
  ])('does not let us in %s, and health says so', async (_how, security, detail) => {
    const broker = open(security());
    const asked = broker.ensureTopics([{ name: 'secret', partitions: 1 }]);
    await expect(asked).rejects.toThrow(UnavailableError);
    expect(broker.health()).toEqual({ status: 'degraded', detail });
    await expect(asked).rejects.not.toThrow('battery-staple');
  });
});

function credentials(other: Partial<KafkaCredentials>): KafkaCredentials {
  return { mechanism: 'scram-sha-512', ...USER, ...other };
}

/** With Java's own tool, so that no other is needed; as PEM. */
async function makeCertificate(keystore: string): Promise<string> {
  const keytool = (...args: string[]) =>
    promisify(execFile)('keytool', [
      ...args,
      '-alias',
      'kafka',
      '-keystore',
      keystore,
      '-storepass',
      KEYSTORE_PASSWORD,
    ]);
  const names = ['-dname', 'CN=127.0.0.1', '-ext', 'SAN=ip:127.0.0.1'];
  await keytool('-genkeypair', '-keyalg', 'EC', ...names, '-validity', '2', '-storetype', 'PKCS12');
  return (await keytool('-exportcert', '-rfc')).stdout;
}

/** The brokers' own door stays as it was. */
function withDoor(settings: Readonly<Record<string, string>>, port: number, keystore: string): Record<string, string> {
  const also = (name: string, more: string) => ({ [name]: `${settings[name]},${more}` });
  const its = (name: string, value: string) => ({ [`listener.name.secure.${name}`]: value });
  const { username, password } = USER;
  const module = (name: string, more = '') => `org.apache.kafka.common.security.${name}LoginModule required${more};`;
  return {
    ...settings,
    ...also('listeners', `SECURE://127.0.0.1:${port}`),
    ...also('advertised.listeners', `SECURE://127.0.0.1:${port}`),
    ...also('listener.security.protocol.map', 'SECURE:SASL_SSL'),
    ...its('ssl.keystore.type', 'PKCS12'),
    ...its('ssl.keystore.location', keystore),
    ...its('ssl.keystore.password', KEYSTORE_PASSWORD),
    ...its('sasl.enabled.mechanisms', mechanisms.map((name) => name.toUpperCase()).join(',')),
    ...its('plain.sasl.jaas.config', module('plain.Plain', ` user_${username}="${password}"`)),
    ...its('scram-sha-256.sasl.jaas.config', module('scram.Scram')),
    ...its('scram-sha-512.sasl.jaas.config', module('scram.Scram')),
  };
}
