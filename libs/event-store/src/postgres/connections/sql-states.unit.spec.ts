import pg from 'pg';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { UnavailableError, UnitOfWorkRolledBackError } from '../../core/index.js';
import { failureOf, isOfDatabase, sqlStateOf, translated, translatedOwn } from './sql-states.js';

function databaseError(code: string): Error {
  const error = new pg.DatabaseError(`state ${code}`, 0, 'error');
  error.code = code;
  return error;
}

describe('failureOf', () => {
  it.each([
    ['08006', 'unavailable'],
    ['57P01', 'unavailable'],
    ['57P03', 'unavailable'],
    ['53300', 'unavailable'],
    ['53100', 'unavailable'],
    ['25P03', 'unavailable'],
    ['25006', 'unavailable'],
    ['26000', 'gave-up'],
    ['53200', 'gave-up'],
    ['53400', 'gave-up'],
    ['55P03', 'gave-up'],
    ['57014', 'gave-up'],
    ['08P01', undefined],
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['EPIPE', 'unavailable'],
    ['40001', 'retryable'],
    ['40P01', 'retryable'],
    ['23505', 'conflict'],
    ['23503', undefined],
    ['25P02', undefined],
    ['42P01', undefined],
    ['57P04', undefined],
  ])('takes %s for %s, also wrapped by TypeORM or as the cause of a rolled back unit [35]', (code, failure) => {
    const error = databaseError(code);
    expect(failureOf(error)).toBe(failure);
    expect(failureOf(new QueryFailedError('SELECT 1', [], error))).toBe(failure);
    expect(failureOf(new UnitOfWorkRolledBackError(error))).toBe(failure);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('takes "%s", which has no code, for an outage', (message) => {
    expect(failureOf(new Error(message))).toBe('unavailable');
  });

  it('takes a protocol violation for an outage only where it ends the session, as from a pooler that lost the server', () => {
    const fatal = new pg.DatabaseError('server conn crashed?', 0, 'error');
    fatal.code = '08P01';
    fatal.severity = 'FATAL';
    expect(failureOf(fatal)).toBe('unavailable');
    expect(failureOf(new QueryFailedError('SELECT 1', [], fatal))).toBe('unavailable');
  });

  it.each(['55000', '28P01', '3D000'])('takes %s for an outage where it ends or refuses the session', (code) => {
    const error = databaseError(code) as pg.DatabaseError;
    expect(failureOf(error)).toBeUndefined();
    error.severity = 'FATAL';
    expect(failureOf(error)).toBe('unavailable');
    expect(failureOf(new QueryFailedError('SELECT 1', [], error))).toBe('unavailable');
  });

  it('looks into the errors of a connect to several addresses', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' });
    expect(failureOf(new AggregateError([refused]))).toBe('unavailable');
  });

  it('says nothing about other errors', () => {
    expect([failureOf(new Error('no')), failureOf('57P01'), failureOf(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('translated', () => {
  it('gives an UnavailableError with its cause for an outage, and any other error as it is', () => {
    const [outage, deadlock] = [databaseError('57P01'), databaseError('40P01')];
    expect(translated(outage)).toBeInstanceOf(UnavailableError);
    expect(translated(outage)).toMatchObject({ code: 'ES-1201', cause: outage });
    expect(translated(deadlock)).toBe(deadlock);
  });
});

describe('a statement that the server gave up on', () => {
  it('says unavailable where it is our own, and what it was where it is not', () => {
    const lock = databaseError('55P03');
    expect(translated(lock)).toBe(lock);
    expect(translatedOwn(lock)).toMatchObject({ code: 'ES-1201', cause: lock });
    const [outage, taken] = [databaseError('57P01'), databaseError('23505')];
    expect(translatedOwn(outage)).toMatchObject({ code: 'ES-1201', cause: outage });
    expect(translatedOwn(taken)).toBe(taken);
  });
});

describe('isOfDatabase', () => {
  it('tells a query from other calls that fail in the same way', () => {
    const network = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    expect(isOfDatabase(network)).toBe(false);
    expect(isOfDatabase(new QueryFailedError('SELECT 1', [], network))).toBe(true);
    expect(isOfDatabase(new UnitOfWorkRolledBackError(databaseError('40P01')))).toBe(true);
    expect(sqlStateOf(new QueryFailedError('SELECT 1', [], network))).toBe('ECONNRESET');
  });
});
