// `npm run check:containers`: the Dockerfile and the compose file, looked at by the usual tools. Not part of `npm run check`, because it fetches them.
import { checkContainers } from './containers/main.js';

process.exitCode = await checkContainers((line) => console.log(line));
