// The face of privacy: personal fields encrypted for their subjects, and what forgets them.
export { forget, type ForgetOrder, type ForgetPorts, type Forgotten } from './forget.js';
export { LocalKeyWrapping } from './local-key-wrapping.js';
export { withPersonalData } from './personal-event-store.js';
export { PersonalLog } from './personal-log.js';
export { PersonalSnapshotStore } from './personal-snapshots.js';
export { sealedIn, withoutCipherText } from './sealed.js';
export { KEY_TTL_MS } from './subject-keys.js';
export { PersonalDataVault } from './vault.js';
