// Which names hide their value, and that deciding it stays cheap.
import { describe, expect, it } from 'vitest';
import { censored, isSecretName } from './secret-names.js';

describe('a name', () => {
  it.each(
    `password userPassword user_password USER-PASSWORD userpassword Password2 passwords newPasswordHash dbPwd passphrase
    token access_token accessToken idTokens refreshtoken csrf-token secret clientSecret CLIENT_SECRET secrets
    authorization Authorization proxy-authorization http.request.header.authorization cookie set-cookie Cookies
    apiKey api_key x-api-key X-API-KEY XApiKey APIKey apikeys privateKey SEAL_KEY card_number cardNumber cardNumber2 CARD_NUMBER_2 creditCard cvv
    email e-mail eMail customerEmail emailAddress EMAILS jwt credentials iban pin
    authtoken sessiontoken csrftoken idtoken clientsecret useremail`.split(/\s+/),
  )('%s hides its value', (name) => expect(isSecretName(name)).toBe(true));

  it.each(
    `key keys eventId commandId orderId correlationId traceId service level time msg stream version position status method route type name
    monkey keyboard passed passenger bypass compass secretary pinned mailing tokenizer author authors authored card cardinality number accepted
    event_store.command.id messaging.message.id http.route http.request.method 0 1 größe`.split(/\s+/),
  )('%s does not', (name) => expect(isSecretName(name)).toBe(false));

  it('is judged by its first 200 characters, and soon', () => {
    expect(isSecretName(`password${'A'.repeat(1_000_000)}`)).toBe(true);
    expect(isSecretName('A'.repeat(1_000_000))).toBe(false);
  });

  it('is judged alike when more names than are remembered have come', () => {
    for (let n = 0; n < 5_000; n += 1) expect(isSecretName(`made${n}up`)).toBe(false);
    expect([isSecretName('userPassword'), isSecretName('orderId')]).toEqual([true, false]);
  });
});

describe('what is written', () => {
  it('is looked at to its end: below an error, in what says itself how it is written, and no deeper than anybody looks', () => {
    const failed = Object.assign(new Error('no'), {
      token: 'hidden',
      config: { headers: { authorization: 'hidden' } },
    });
    const asked = { toJSON: () => ({ id: 1, email: 'hidden' }) };
    const deep = { a: { b: { c: { d: { e: { f: { password: 'hidden' } } } } } } };
    const written = JSON.stringify(
      censored({ reason: failed, list: [failed, asked], asked, deep, err: failed.message }),
    );
    expect(written).not.toContain('hidden');
    expect(JSON.parse(written)).toMatchObject({ reason: { type: 'Error', message: 'no' }, asked: { id: 1 } });
  });

  it('does not fail where a field does, and says that something is so', () => {
    const failing = Object.defineProperty({}, 'x', { enumerable: true, get: () => expect.unreachable() });
    expect(censored({ failing, kept: 1 })).toEqual({ unreadable: 'a field throws when it is read' });
    expect(censored({ passwordChanged: true, bytes: new Uint8Array(3) })).toEqual({
      passwordChanged: true,
      bytes: new Uint8Array(3),
    });
  });

  it('is the very object where there is nothing to hide', () => {
    const line = { a: { b: [1, { c: new Date(0) }] }, err: new Error('x') };
    expect(censored(line)).toBe(line);
  });

  it('is a copy where there is, and what holds itself comes to an end', () => {
    const line: Record<string, unknown> = { password: 'p', kept: 1 };
    line['self'] = line;
    expect(censored(line)).toMatchObject({ password: '[redacted]', kept: 1, self: { password: '[redacted]' } });
    expect(line['password']).toBe('p');
  });
});
