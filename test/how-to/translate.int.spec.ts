// The code of docs/how-to/translate.md: by the client, and at the edge of a service.
import { Injectable, Module, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, throwError } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '@app/event-store';
import { faults, startTinyApp, type TinyApp } from '../support/platform/tiny-app.js';

// #region texts
type Texts = Readonly<Record<string, string>>;

const texts: Readonly<Record<string, Texts>> = {
  de: {
    'book-lent': 'Das Buch ist gerade ausgeliehen.',
    isInt: 'Das ist keine ganze Zahl.',
  },
};

/** The first language of Accept-Language that we have. */
function languageOf(accepted = ''): string | undefined {
  return accepted
    .split(',')
    .map((one) => one.trim().slice(0, 2).toLowerCase())
    .find((language) => Object.hasOwn(texts, language));
}

/** By the code, never by the sentence. What has no translation stays as it is. */
function translated(code: string, sentence: string, language: string | undefined): string {
  const known = language === undefined ? {} : texts[language]!;
  return Object.hasOwn(known, code) ? known[code]! : sentence;
}
// #endregion texts

// #region client
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly rule: string; readonly message: string }[];
}

/** What to show: a sentence, and one for each field that is not right. */
function shown({ code, detail, errors = [] }: Problem, language: string) {
  return {
    detail: translated(code, detail, language),
    fields: errors.map(({ field, rule, message }) => ({ field, message: translated(rule, message, language) })),
  };
}
// #endregion client

// #region edge
@Injectable()
export class TranslateRejections implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler) {
    const http = execution.switchToHttp();
    const language = languageOf(http.getRequest<FastifyRequest>().headers['accept-language']);
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (error instanceof DomainError && language !== undefined) {
          error.message = translated(error.code, error.message, language);
          void http.getResponse<FastifyReply>().headers({ 'content-language': language, vary: 'accept-language' });
        }
        return throwError(() => error);
      }),
    );
  }
}

@Module({ providers: [{ provide: APP_INTERCEPTOR, useClass: TranslateRejections }] })
export class TranslationModule {}
// #endregion edge

class BookLent extends DomainError {
  readonly code = 'book-lent';
}
class BookLost extends DomainError {
  readonly code = 'book-lost';
}

let app: TinyApp;
let token: string;
beforeAll(async () => {
  app = await startTinyApp({ imports: [TranslationModule] });
  token = await app.token('alice', 'customer');
  faults.set('lent', () => new BookLent('The book is lent at the moment.'));
  faults.set('lost', () => new BookLost('The book is lost.'));
});
afterAll(async () => {
  faults.delete('lent');
  faults.delete('lost');
  await app.close();
});

const ask = (fault: string, language?: string) =>
  app.send('GET', `/orders/faults/${fault}`, {
    headers: { authorization: `Bearer ${token}`, ...(language && { 'accept-language': language }) },
  });

describe('A rejection', () => {
  it('is told in the language of whoever asks, with the same code and status', async () => {
    const [english, german] = [await ask('lent'), await ask('lent', 'fr-FR, de-DE;q=0.9')];
    expect(english.json.detail).toBe('The book is lent at the moment.');
    expect(german.json).toMatchObject({ status: 409, code: 'book-lent', detail: 'Das Buch ist gerade ausgeliehen.' });
    expect([german.headers['content-language'], german.headers.vary]).toEqual(['de', 'accept-language']);
  });

  it('that nobody has translated, or in a language nobody has, stays as it is', async () => {
    expect((await ask('lost', 'de')).json.detail).toBe('The book is lost.');
    for (const language of ['fr', '__proto__', 'constructor'])
      expect((await ask('lent', language)).json.detail).toBe('The book is lent at the moment.');
  });

  it('is translated by a client from its code, and its fields from their rules', async () => {
    const body = { lines: [{ sku: 'a', quantity: 'many' }] };
    const { json } = await app.send('POST', '/orders', { headers: { authorization: `Bearer ${token}` }, body });
    const { fields } = shown(json as unknown as Problem, 'de');
    expect(fields).toContainEqual({ field: 'lines.0.quantity', message: 'Das ist keine ganze Zahl.' });
    expect(shown({ code: 'book-lent', detail: 'The book is lent at the moment.' }, 'de').detail).toBe(
      'Das Buch ist gerade ausgeliehen.',
    );
  });
});
