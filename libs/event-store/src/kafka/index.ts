// The face of the Kafka adapter. Nothing outside this room knows kafkajs.
export { KafkaBroker } from './kafka-broker.js';
export type { KafkaBrokerOptions, KafkaCredentials, KafkaLog, KafkaSecurity, KafkaTimes } from './kafka-options.js';
export { publishedOnKafka, type TopicMessage, type TopicReaderOptions } from './published-on-kafka.js';
