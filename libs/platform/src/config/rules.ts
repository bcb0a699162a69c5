// What class-validator does not know about variables: URLs of databases, and what production may not do.
import { isIP } from 'node:net';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { isMasterKeys } from './master-keys.js';
import { isPlaceholderKey, isStrongPassword } from './strong-secret.js';

/** `postgres://` or `postgresql://` with a database; in production also with a strong password. Who connects stands before the host and nowhere else. */
export function IsPostgresUrl(): PropertyDecorator {
  return rule('isPostgresUrl', (value, { NODE_ENV }) => {
    const url = parseUrl(value);
    if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !url.hostname || url.pathname.length < 2) return false;
    // The driver would take them before those of the authority, which are the ones that are looked at here.
    if (url.searchParams.has('user') || url.searchParams.has('password')) return false;
    const password = decoded(url.password);
    // What the driver cannot decode either would otherwise be found out at the first connection.
    if (password === undefined || decoded(url.username) === undefined || decoded(url.pathname) === undefined)
      return false;
    return NODE_ENV !== 'production' || isStrongPassword(password);
  });
}

/** In production `https://` only. Without a user and a password: fetch refuses them with an error that quotes them. */
export function IsWebUrl(): PropertyDecorator {
  return rule('isWebUrl', (value, { NODE_ENV }) => {
    const { protocol, username, password } = parseUrl(value) ?? {};
    if (username || password) return false;
    return protocol === 'https:' || (protocol === 'http:' && NODE_ENV !== 'production');
  });
}

/** Values that are for development are refused in production. */
export function NotInProduction(...values: readonly string[]): PropertyDecorator {
  return rule('notInProduction', (value, { NODE_ENV }) => NODE_ENV !== 'production' || !values.includes(String(value)));
}

/** A switch that in production has to be on: whoever sets it says outright what would otherwise go unseen. */
export function TrueInProduction(): PropertyDecorator {
  return rule('trueInProduction', (value, { NODE_ENV }) => NODE_ENV !== 'production' || value === true);
}

/** A password that goes over the wire as it is: in production only where KAFKA_TLS encrypts the connection. */
export function PlainOnlyEncrypted(): PropertyDecorator {
  return rule('plainOnlyEncrypted', (value, { NODE_ENV, KAFKA_TLS }) => {
    return value !== 'plain' || NODE_ENV !== 'production' || KAFKA_TLS === true;
  });
}

/** A password that in production is a strong one. */
export function StrongInProduction(): PropertyDecorator {
  return rule(
    'strongInProduction',
    (value, { NODE_ENV }) => NODE_ENV !== 'production' || isStrongPassword(String(value)),
  );
}

/** Keys of 32 bytes as hexadecimal digits, separated by commas. */
export function IsSealKeys(): PropertyDecorator {
  return rule('isSealKeys', (value) =>
    String(value)
      .split(',')
      .map((key) => key.trim())
      .every((key) => /^[0-9a-fA-F]{64}$/.test(key) && !isPlaceholderKey(Buffer.from(key, 'hex'))),
  );
}

/** Means something only where another is set to more than false. */
export function OnlyWith(other: string): PropertyDecorator {
  return rule('onlyWith', (_value, config) => config[other] !== undefined && config[other] !== false);
}

/** Master keys, which in production are no clone's. */
export function IsMasterKeys(): PropertyDecorator {
  return rule('isMasterKeys', (value, { NODE_ENV }) => isMasterKeys(value, NODE_ENV === 'production'));
}

/** Addresses and ranges of networks, separated by commas: `10.0.0.0/8, ::1`. */
export function IsNetworkList(): PropertyDecorator {
  return rule('isNetworkList', (value) => String(value).split(',').every(isNetwork));
}

/** `https://shop.example.com,https://…`: as browsers send them, none of them a pattern. In production `https://` only. */
export function IsOriginList(): PropertyDecorator {
  return rule('isOriginList', (value, { NODE_ENV }) =>
    String(value)
      .split(',')
      .map((origin) => origin.trim())
      .every((origin) => isOrigin(origin) && (NODE_ENV !== 'production' || origin.startsWith('https:'))),
  );
}

/** Set exactly when the other is not. */
export function ExactlyOneOfThisAnd(other: string): PropertyDecorator {
  return rule('exactlyOne', (value, config) => (value === undefined) !== (config[other] === undefined));
}

function rule(name: string, holds: (value: unknown, config: Record<string, unknown>) => boolean): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value, args?: ValidationArguments) => holds(value, (args?.object ?? {}) as Record<string, unknown>),
    },
  });
}

/** `https://shop.example.com`: what a browser sends as Origin, with nothing behind it. */
function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.trim().split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function parseUrl(value: unknown): URL | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
