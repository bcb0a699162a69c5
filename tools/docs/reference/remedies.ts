// What to do about each code of the library and the platform: for docs/reference/errors.md, which fails without an entry.
// The codes of a context are its own answers; what they say is what there is to do.

export const REMEDIES: Readonly<Record<string, string>> = {
  'ES-1001': 'Nothing was stored. Run the whole command again on fresh state; AggregateStore.update does so by itself.',
  'ES-1002': 'Find out who uses the id twice. Ids that the library makes never collide.',
  'ES-1003': 'Make the event plain JSON data: no NaN, no class instances, no U+0000.',
  'ES-1004': 'Put @Event on the class and list its aggregate in EventStoreModule.forFeature.',
  'ES-1005':
    'Deploy the build that knows the version before the one that writes it. What was parked meanwhile is replayed with npm run es -- parked replay. Where no build knows the type any more, declare it as an alias or as retired: docs/how-to/add-an-event-version.md.',
  'ES-1006': 'A caller sent another request under an Idempotency-Key it had used. It takes a new key.',
  'ES-1007': 'A mistake in the code, found at start. The message names the class and what is missing.',
  'ES-1008':
    'Do not write to the stream. Look at it with npm run es -- show; restore it, or deploy the code that fits it.',
  'ES-1009': 'Try again later. If it stays, the aggregate is too large: split it.',
  'ES-1010': 'The call has arguments the store cannot serve. The message says which.',
  'ES-1015': 'Correct the upcaster that the message names, deploy it, then replay what was parked.',
  'ES-1101': 'Await every store call inside the unit of work: one was still on its way when it ended.',
  'ES-1102': 'Let the first error pass through instead of catching it inside the unit of work.',
  'ES-1201':
    'Wait: the same call is tried again with the same ids. If it lasts, look after the database or the broker.',
  'ES-1202':
    'Nothing was stored; try again in a moment. If it lasts, the database is too slow for what this replica is asked: look after it, or start fewer appends at a time.',
  'ES-1203':
    'Try again in a moment. If it lasts, the projection is slow or stands still: npm run es -- doctor says which.',
  'ES-1301': 'Nothing. Another replica has taken over; this one committed nothing.',
  'ES-1302':
    'The database was restored or failed over. Compare the data, then `npm run es -- epoch renew --adopt-checkpoints`. The bus of PostgreSQL has an epoch of its own: docs/runbooks/subscription-stopped.md.',
  'ES-1303': 'The log has lost events that were handled. Restore the database to a later state.',
  'ES-1304': 'Find out why the handler is slow. It is retried, then its key is parked.',
  'ES-1305': 'Deploy the build that handles the type and replay the record, or discard it with a reason.',
  'ES-1310':
    'Ask again in a moment. If it lasts, npm run es -- doctor says how far the projection is behind and who holds it up.',
  'ES-1311': 'npm run es -- parked list shows what failed: mend the cause, then replay it.',
  'ES-1312':
    'Send the Event-Position of an answer of this very service: positions of different services have nothing to do with each other.',
  'ES-1306':
    'Deploy the build that knows the event: it takes over by itself. If there will be none, see docs/how-to/add-an-event-version.md.',
  'ES-1401': 'Publish less, or a reference to it. The message is parked and can be replayed after the fix.',
  'ES-1402': 'Correct the publisher’s mapping, then replay the parked record.',
  'ES-1403': 'Replay the failed message before it; this one follows.',
  'ES-1501': 'Use a process manager: a saga gets one event at a time.',
  'ES-1502': 'Give the command plain data, and a class with a name.',
  'ES-1503': 'Deploy the build that has the command’s handler.',
  'ES-1504': 'Find out where the first event of the process is, or the one that names its key, then replay this one.',
  'ES-1505': 'Correct correlate of the process so that it returns an id as text, then replay the event.',
  'ES-1506': 'Keep the state of the process plain JSON data, then replay the event.',
  'ES-1507': 'Deploy the newer build again; it has written the state.',
  'ES-1508':
    'Find out which of the two events names the wrong key, npm run es -- processes show tells whose it is; then replay the one, or discard it. Where ids of different things may be equal, prefix them.',
  'ES-1509':
    'Look with npm run es -- processes show how it has ended. What it has done after its end only a new command can take back.',
  'ES-1601':
    'Give the service the master keys it had, former ones included. Where the row was changed or moved, restore it. Records that were parked meanwhile: replay them. What was forgotten is no error.',
  'ES-1701':
    'Run npm run es -- verify and compare with the last anchor. Give the service every key its seals were made with; what was changed by hand, restore.',
  'ES-1801':
    'Look who it is with npm run es -- projections list. Let them go on, or stop that replica and run the command again.',
  'ES-1802': 'Resume it when the reason is gone: npm run es -- projections resume.',
  'ES-1803': 'The message says what to change in @Projection, or which way to go instead.',
  'ES-2001': 'An answer to the caller: there is no such thing, or it is not theirs.',
  'ES-2002': 'An answer to the caller: it exists already.',
  'ES-2003': 'An answer to the caller: leave the personal data out, or use another subject.',
  'ES-2004':
    'An answer to the caller, and to the process that sent the command: its fields break the rules of its class.',
  'ES-2005':
    'An answer to the caller, and to the process that sent the command: ask as somebody who may, or change the rule. The code of a process asks as process:<name>.',
  'bad-request': 'Send HTTP, in time, with fewer or smaller headers.',
  'bad-url': 'Encode the URL.',
  'body-not-object': 'Send a JSON object.',
  'body-not-utf-8': 'Send the body in UTF-8.',
  'correlation-id-invalid': 'Send 1 to 128 letters, digits or ._:- as X-Correlation-Id, or leave it out.',
  'deadline-passed':
    'Ask again, with the same Idempotency-Key. If it lasts, look what is slow: npm run es -- doctor, and the log under the correlation id.',
  'event-position-invalid': 'Send the Event-Position of an answer of this service, or leave it out.',
  'expectation-failed': 'Send Expect: 100-continue, or none.',
  forbidden: 'Use a token with one of the roles that the route names.',
  'forbidden-name': 'Rename the field.',
  'host-missing': 'Send the Host header, or HTTP/1.0.',
  'idempotency-key-invalid': 'Send 1 to 200 visible ASCII characters as Idempotency-Key, or leave it out.',
  'if-match-invalid': 'Send the ETag of an answer as If-Match, e.g. "3".',
  'internal-error': 'A mistake of ours. The log has it under the correlation id.',
  'list-of-lists': 'Send a flat list.',
  'list-too-long': 'Send fewer items at a time.',
  'method-not-allowed': 'Use a method that the API docs show for the path.',
  'not-found': 'Check the path.',
  'not-ready': 'Send traffic to another replica until it is; the member checks says what is down.',
  overloaded:
    'Wait as long as Retry-After says and send it again. If it lasts, add a replica, or see docs/how-to/limit-load.md.',
  'payload-too-large': 'Send less.',
  'prefer-invalid': 'Send Prefer: wait= and a whole number of seconds, or leave it out.',
  'request-timeout': 'Send the request again, and all of it at once.',
  stopping: 'Send it again, on a new connection: another replica answers.',
  'text-not-storable': 'Take U+0000 and halves of surrogate pairs out of the text.',
  'token-invalid': 'Get a new token from the issuer that AUTH_ISSUER names.',
  'token-missing': 'Send Authorization: Bearer and a token.',
  'too-deep': 'Send a flatter body.',
  'too-many-requests':
    'Wait as many seconds as Retry-After says. The limits are RATE_LIMIT_PER_USER and RATE_LIMIT_PER_ADDRESS; behind a proxy of yours, set TRUST_PROXY. Send bodies at once, not little by little: docs/how-to/limit-load.md.',
  unavailable: 'Send the same request again in a moment, with the same Idempotency-Key.',
  'unsupported-media-type': 'Send Content-Type: application/json.',
  'uri-too-long': 'Send a shorter URL.',
  'validation-failed': 'Correct the fields that the member errors names.',
  'version-mismatch':
    'Somebody was faster. Look again, and decide on the new version (the ETag of the answer). Where it begins with W/, a proxy has weakened it: send it without.',
};
