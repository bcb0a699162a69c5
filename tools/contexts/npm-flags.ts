// `npm run x --yes` without the `--` before it: npm keeps the flag for itself, silently, and only tells the script in its environment. Without
// this, a `--dry-run` that was typed would not be one.

/** Those of the flags that npm was given, as arguments. */
export function flagsOfNpm(flags: readonly string[], environment: NodeJS.ProcessEnv = process.env): string[] {
  return flags.flatMap((flag) =>
    environment[`npm_config_${flag.replaceAll('-', '_')}`] === 'true' ? [`--${flag}`] : [],
  );
}
