// @InjectAggregate(Order) injects the AggregateStore of an aggregate registered with EventStoreModule.forFeature.
import { Inject } from '@nestjs/common';
import { aggregateDefinition, type Class } from '../../core/index.js';

/** Injection token of an aggregate's store. */
export function aggregateToken(aggregateClass: Class): string {
  return `AggregateStore(${aggregateDefinition(aggregateClass).category})`;
}

export function InjectAggregate(aggregateClass: Class): ParameterDecorator & PropertyDecorator {
  return Inject(aggregateToken(aggregateClass));
}
