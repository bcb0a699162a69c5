// Stands for @app/contracts while the template lies here; in a generated context these names are exported from there.
export { CrateLoadClosedV1, CrateLoadOpenedV1, freightDepotEvents } from './freight-depot.events.v1.js';
export { CrateLoadRequestedV1, freightDepotRequests } from './freight-depot.requests.v1.js';
