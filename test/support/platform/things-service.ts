// The smallest service there is, for the spec that boots one as a process of its own.
import { Controller, Get, Module } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { bootstrap, CurrentUser, Env, Roles, type AuthenticatedUser } from '@app/platform';

class ThingsConfig {
  @Env('integer', { expected: 'a number of things' })
  @IsOptional()
  readonly THINGS?: number;
}

@Controller('things')
@Roles('customer')
class ThingsController {
  constructor(private readonly config: ThingsConfig) {}

  @Get()
  all(@CurrentUser() user: AuthenticatedUser) {
    return { things: this.config.THINGS, user: user.id };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

export const started = bootstrap(ThingsModule, { name: 'things-service', config: ThingsConfig });
