import { Controller, Get, Module } from '@nestjs/common';
import { MessageContext } from '@app/event-store/core';
import { bootstrap, Roles } from '../src/index.js';
@Controller('things') @Roles('customer')
class ThingsController { @Get() all() { return { c: MessageContext.current()?.metadata }; } @Get('boom') boom() { throw new Error('canary-boom'); } }
@Module({ controllers: [ThingsController] }) class ThingsModule {}
await bootstrap(ThingsModule, { name: 'smoke-service' });
