// `npm run check:containers`: the Dockerfile, the compose file, alerts and dashboards, looked at by the usual tools. Not part of `npm run check`, because it fetches them.
import { checkContainers } from './containers/main.js';

process.exitCode = await checkContainers((line) => console.log(line));
