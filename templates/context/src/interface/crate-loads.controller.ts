// The routes of the freight depot service. Everything is decided behind the buses.
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CommandBus, deterministicId, type AppendResult } from '@app/event-store';
import {
  answerChange,
  ApiProblems,
  CommandId,
  CurrentUser,
  etagHeader,
  etagOf,
  eventPositionHeader,
  IfMatch,
  locationHeader,
  PAGE_LIMIT,
  Roles,
  UuidPipe,
  WaitsFor,
  type AuthenticatedUser,
  type Reply,
} from '@app/platform';
import type { Actor } from '../application/actor.js';
import { CloseCrateLoad } from '../application/close-crate-load/close-crate-load.command.js';
import { GetCrateLoad } from '../application/get-crate-load/get-crate-load.query.js';
import { ListCrateLoads } from '../application/list-crate-loads/list-crate-loads.query.js';
import { OpenCrateLoad } from '../application/open-crate-load/open-crate-load.command.js';
import { crateLoadCursor } from './crate-load-cursor.js';
import { CloseCrateLoadDto, CrateLoadChangedDto, OpenCrateLoadDto } from './change-crate-load.dto.js';
import { CrateLoadDto, CrateLoadPageDto, toCrateLoadDto, toCrateLoadPageDto } from './crate-load.dto.js';
import { ListCrateLoadsDto } from './list-crate-loads.dto.js';

const idParam = { name: 'id', format: 'uuid', description: 'Of the crate load.' };
const badRequest = 'The id or a query parameter is not right.';
const changeHeaders = { ...etagHeader, ...eventPositionHeader };
const notFound = 'There is none, or somebody else opened it.';

@ApiTags('crate-loads')
@Roles('customer', 'operator')
@Controller('crate-loads')
export class CrateLoadsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Open a crate load',
    description: 'Sent again with the same Idempotency-Key it is the same one.',
  })
  @ApiCreatedResponse({ type: CrateLoadChangedDto, headers: { ...locationHeader, ...changeHeaders } })
  async open(
    @Body() { subject }: OpenCrateLoadDto,
    @CurrentUser() user: AuthenticatedUser,
    @CommandId() commandId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CrateLoadChangedDto> {
    const crateLoadId = deterministicId('crate_load', commandId);
    const result = await this.commands.execute(new OpenCrateLoad(crateLoadId, subject, user.id), { commandId });
    reply.header('location', `/crate-loads/${crateLoadId}`);
    return changed(reply, crateLoadId, result);
  }

  @Post(':id/close')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Close a crate load',
    description: 'Closing it twice for the same reason changes nothing.',
  })
  @ApiParam(idParam)
  @ApiOkResponse({ type: CrateLoadChangedDto, headers: changeHeaders })
  @ApiProblems({ 404: notFound, 409: 'It is closed for another reason.' })
  async close(
    @Param('id', UuidPipe) crateLoadId: string,
    @Body() { reason }: CloseCrateLoadDto,
    @CurrentUser() user: AuthenticatedUser,
    @CommandId() commandId: string,
    @IfMatch() expectedVersion: number | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CrateLoadChangedDto> {
    const command = new CloseCrateLoad(crateLoadId, reason, actor(user), expectedVersion);
    const result = await this.commands.execute(command, { commandId });
    return changed(reply, crateLoadId, result);
  }

  @Get()
  @WaitsFor('crate-load-summary')
  @ApiOperation({
    summary: 'List crate loads, newest first',
    description: 'Operators see all, everybody else what they opened. The list follows changes within moments.',
  })
  @ApiOkResponse({ type: CrateLoadPageDto })
  @ApiProblems({ 400: badRequest })
  async list(
    @Query() { status, cursor, limit }: ListCrateLoadsDto,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<CrateLoadPageDto> {
    const query = new ListCrateLoads(actor(user), limit ?? PAGE_LIMIT, status, crateLoadCursor.read(cursor));
    return toCrateLoadPageDto(await this.queries.execute(query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a crate load as it is now' })
  @ApiParam(idParam)
  @ApiOkResponse({ type: CrateLoadDto, headers: etagHeader })
  @ApiProblems({ 400: badRequest, 404: notFound })
  async get(
    @Param('id', UuidPipe) crateLoadId: string,
    @CurrentUser() user: AuthenticatedUser,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CrateLoadDto> {
    const view = await this.queries.execute(new GetCrateLoad(crateLoadId, actor(user)));
    reply.header('etag', etagOf(view.version));
    return toCrateLoadDto(view);
  }
}

function actor({ id, roles }: AuthenticatedUser): Actor {
  return { id, operator: roles.includes('operator') };
}

function changed(reply: Reply, crateLoadId: string, result: AppendResult): CrateLoadChangedDto {
  answerChange(reply, result);
  return { crateLoadId, version: result.version };
}
