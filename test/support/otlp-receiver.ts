// A collector of OpenTelemetry that keeps in memory what it is sent: spans as OTLP/HTTP brings them, in Protocol Buffers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ProtoFields } from './proto.js';

type Said = Readonly<Record<string, unknown>>;

export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  /** Of a request that came in. */
  readonly ofServer: boolean;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it begins a trace. */
  readonly parentSpanId: string;
  readonly links: readonly string[];
  readonly attributes: Said;
  readonly events: readonly { readonly name: string; readonly attributes: Said }[];
  readonly failed: boolean;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  close(): Promise<void>;
}

const ERROR = 2;
const SERVER = 2;

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    if (request.url === '/v1/traces') spans.push(...readSpans(body));
    response.setHeader('content-type', 'application/x-protobuf').end();
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Of an `ExportTraceServiceRequest` of opentelemetry-proto 1.x, which has the numbers of the fields. */
export function readSpans(body: Uint8Array): ReceivedSpan[] {
  return new ProtoFields(Buffer.from(body)).all(1).flatMap((ofResource) => {
    const service = String(attributes(ofResource.one(1), 1)['service.name']);
    return ofResource.all(2).flatMap((ofScope) =>
      ofScope.all(2).map((span) => ({
        service,
        name: span.text(5),
        ofServer: span.number(6) === SERVER,
        traceId: span.hex(1),
        spanId: span.hex(2),
        parentSpanId: span.hex(4),
        links: span.all(13).map((link) => link.hex(1)),
        attributes: attributes(span, 9),
        events: span.all(11).map((event) => ({ name: event.text(2), attributes: attributes(event, 3) })),
        failed: span.one(15).number(3) === ERROR,
      })),
    );
  });
}

function attributes(of: ProtoFields, field: number): Said {
  return Object.fromEntries(of.all(field).map((pair) => [pair.text(1), value(pair.one(2))]));
}

/** Texts, truths and whole numbers: we say nothing else. */
function value(of: ProtoFields): unknown {
  if (of.has(1)) return of.text(1);
  return of.has(2) ? of.number(2) === 1 : of.number(3);
}
