// `npm run x --yes` without the `--` before it: npm keeps the flag for itself, silently, and only tells the script in its environment. Without
// this, a `--dry-run` that was typed would not be one.

/** Those of the flags that npm was given, as arguments. */
export function flagsOfNpm(flags: readonly string[], environment: NodeJS.ProcessEnv = process.env): string[] {
  return flags.flatMap((flag) =>
    environment[`npm_config_${flag.replaceAll('-', '_')}`] === 'true' ? [`--${flag}`] : [],
  );
}

/** Options with a value cannot be had back: of `npm run x --port 3010` npm keeps one half. @throws Error with the line to type */
export function assertNpmKeptNone(
  options: readonly string[],
  example: string,
  environment: NodeJS.ProcessEnv = process.env,
): void {
  const kept = options.filter((option) => environment[`npm_config_${option.replaceAll('-', '_')}`] !== undefined);
  if (kept.length > 0)
    throw new Error(`npm kept --${kept.join(' and --')} for itself. Options stand behind another --, like: ${example}`);
}
