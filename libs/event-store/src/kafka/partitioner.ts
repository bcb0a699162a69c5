// The partition of a key, as every Kafka client chooses it; kafkajs' own function does it with big integers, which takes ten times as long.
import type { ICustomPartitioner } from 'kafkajs';
import { partitionOf } from '../messaging/index.js';

export const partitioner: ICustomPartitioner =
  () =>
  ({ message, partitionMetadata }) =>
    partitionOf(String(message.key), partitionMetadata.length);
