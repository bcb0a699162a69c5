// `npx nest g -c ./tools/schematics context shipping`: another door to npm run new:context, which has more options. CommonJS, because schematics are.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

/** The generator writes by itself, all or nothing; the schematic's own tree stays as it is, so the runner ends with 'Nothing to be done'. */
exports.context =
  ({ name }) =>
  () => {
    // The runner takes every local schematic for a dry run, and does not say which one was asked for.
    const dryRun = process.argv.some((argument) => /^--dry-?[rR]un(=true)?$/.test(argument)) ? ['--dry-run'] : [];
    const generator = path.join(__dirname, '..', 'new-context.ts');
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', generator, String(name ?? ''), ...dryRun], {
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('Nothing was generated.');
  };
