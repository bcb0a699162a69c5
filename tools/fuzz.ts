// `npm run fuzz [-- --seconds N]`: starts the services on a PostgreSQL of their own and sends them what Schemathesis makes of their OpenAPI documents.
import { fuzz, parseFuzzArguments } from './fuzz/main.js';

try {
  process.exitCode = await fuzz(parseFuzzArguments(process.argv.slice(2)), (line) => console.log(line));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
