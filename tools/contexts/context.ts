// What `apps/<name>-service/context.json` says about a bounded context, read strictly: a typo must not pass for a default.

export interface Context {
  /** In kebab-case, without `-service`. */
  readonly name: string;
  /** Its folder below `apps`, its project in nest-cli.json, its service in compose. */
  readonly service: string;
  /** Database and its owner: the service with underscores. */
  readonly database: string;
  /** The HTTP port that `npm start` prefers. */
  readonly port: number;
  /** A POST as role customer to show in the terminal; GET of the same path lists what came of it. */
  readonly request?: ContextRequest;
}

export interface ContextRequest {
  readonly path: string;
  readonly body: object;
}

/** `file` is for the message. @throws Error saying what was expected, what came and how to mend it. */
export function readContext(name: string, text: string, file: string): Context {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`${file}: expected a folder apps/<name>-service with a name in kebab-case, got '${name}-service'.`);
  const said = parse(text, file);
  const unknown = Object.keys(said).filter((key) => key !== 'port' && key !== 'request');
  if (unknown.length > 0)
    throw new Error(`${file}: ${unknown.join(', ')} is unknown. Expected "port", and "request" where there is one.`);
  const { port, request } = said;
  if (!Number.isInteger(port) || Number(port) < 1024 || Number(port) > 65_535)
    throw new Error(`${file}: "port" is ${JSON.stringify(port)}. Expected a whole number from 1024 to 65535.`);
  const service = serviceOf(name);
  return {
    name,
    service,
    database: databaseOf(service),
    port: Number(port),
    ...(request === undefined ? {} : { request: readRequest(request, file) }),
  };
}

export function serviceOf(name: string): string {
  return `${name}-service`;
}

export function databaseOf(service: string): string {
  return service.replaceAll('-', '_');
}

function parse(text: string, file: string): Record<string, unknown> {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}. Expected { "port": 3003 }.`, { cause: error });
  }
  if (!isObject(said)) throw new Error(`${file} holds ${JSON.stringify(said)}. Expected an object: { "port": 3003 }.`);
  return said;
}

function readRequest(request: unknown, file: string): ContextRequest {
  const known = isObject(request) && Object.keys(request).every((key) => key === 'path' || key === 'body');
  if (
    !known ||
    typeof request['path'] !== 'string' ||
    !/^\/[\w/-]*$/.test(request['path']) ||
    !isObject(request['body'])
  )
    throw new Error(
      `${file}: "request" is ${JSON.stringify(request)}. Expected { "path": "/shipments", "body": { … } }, or none at all.`,
    );
  return { path: request['path'], body: request['body'] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
