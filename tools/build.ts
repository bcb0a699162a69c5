// `npm run build`: compiles the services into ./dist, in the same way and with the same mark as `npm start` does.
import { buildOnce } from './system/build.js';

await buildOnce((line) => console.log(line)).then(
  () => console.log('dist/ is up to date.'),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
