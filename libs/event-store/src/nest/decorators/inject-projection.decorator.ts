// @InjectProjection(OrderSummaryProjection) injects the ProjectionProgress of a projection registered with EventStoreModule.forFeature.
import { Inject } from '@nestjs/common';
import { nameOfProjection, type ProjectionRef } from '../read-models.js';

/** Injection token of a projection's progress. */
export function projectionToken(projection: ProjectionRef): string {
  return `ProjectionProgress(${nameOfProjection(projection)})`;
}

/** By its class, or by its name where the class is in a room that may not be seen: `@InjectProjection('order-summary')`. */
export function InjectProjection(projection: ProjectionRef): ParameterDecorator & PropertyDecorator {
  return Inject(projectionToken(projection));
}
