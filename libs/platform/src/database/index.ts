// What entities use. A door of its own: `npm run es` loads projections, and with them their entities, without the rest of the platform.
export { MinorUnitsColumn, PositionColumn } from './columns.js';
