// What kafkajs' errors mean for us. It wraps them several times; the protocol's own word for the trouble is at the bottom.

/** Kafka's name of the error, e.g. `MESSAGE_TOO_LARGE`; undefined when Kafka has said nothing. */
export function errorTypeOf(error: unknown): string | undefined {
  for (const one of causes(error)) {
    const { type, errors } = one as { type?: unknown; errors?: unknown };
    if (typeof type === 'string') return type;
    if (Array.isArray(errors) && errors.length > 0) return errorTypeOf(errors[0]);
  }
  return undefined;
}

/** The first reason, for logs: what kafkajs wraps, or what we have said ourselves. */
export function reasonOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!error.name.startsWith('KafkaJS')) return error;
  const last = causes(error).at(-1) as Error & { errors?: readonly unknown[] };
  const first = last.errors?.[0];
  return first instanceof Error ? first : last;
}

/** Kafka knows us not, or not by this password. */
export function isRefusal(reason: Error): boolean {
  return reason.name === 'KafkaJSSASLAuthenticationError';
}

function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let one = error; one instanceof Error && !found.includes(one); one = one.cause) found.push(one);
  return found.length > 0 ? found : [error];
}
