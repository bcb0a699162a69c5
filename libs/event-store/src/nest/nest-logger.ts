// The library's logger port on Nest's Logger, so that subscriptions log where the service does.
import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from '../subscriptions/index.js';

export function nestLogger(name: string): Logger {
  const logger = new NestLogger(name);
  return {
    debug: (message, fields) => logger.debug({ msg: message, ...fields }),
    info: (message, fields) => logger.log({ msg: message, ...fields }),
    warn: (message, fields) => logger.warn({ msg: message, ...fields }),
    error: (message, fields) => logger.error({ msg: message, ...fields }),
  };
}
