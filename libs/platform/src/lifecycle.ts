// How a service ends: in order when asked, loudly when something broke, and never by hanging.
import type { Logger } from 'pino';

/** Orchestrators kill after 30 s; before that we say that we did not make it. */
const STOP_WITHIN_MS = 25_000;

/** What is needed of `process`. */
export interface ProcessPort {
  on(event: string, listener: (cause?: unknown) => void): unknown;
  exit(code: number): void;
}

export interface StopOptions {
  readonly logger: Logger;
  /** Finishes what is in hand and lets go of everything. */
  readonly close: () => Promise<void>;
  readonly stopWithinMs?: number;
}

/** SIGTERM, SIGINT, or the end of a parent that forked us: closes, then exit 0. */
export function stopWhenAsked(
  { logger, close, stopWithinMs = STOP_WITHIN_MS }: StopOptions,
  port: ProcessPort = process,
): void {
  let stopping = false;
  const stop = (why: string) => async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info(`Stopping: ${why}`);
    setTimeout(() => {
      logger.fatal(`Not stopped within ${stopWithinMs} ms; giving up`);
      port.exit(1);
    }, stopWithinMs).unref();
    try {
      await close();
      logger.info('Stopped');
      port.exit(0);
    } catch (error) {
      logger.fatal({ err: error }, 'Stopping failed');
      port.exit(1);
    }
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) {
    port.on(event, () => void stop(event)());
  }
}

/** An error nobody caught: the state of the process is unknown, so it ends and is started again. */
export function exitOnUncaught(logger: Logger, port: ProcessPort = process): void {
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    port.on(event, (cause) => {
      logger.fatal({ err: cause }, `${event}: the process ends`);
      port.exit(1);
    });
  }
}
